import { DAY, HOUR, MINUTE, SECOND } from "./clock.ts";
import type { Locale } from "./locale.ts";

/** Tolerance for the delivery of a message: ten minutes minus this still read as ten minutes. */
const DELIVERY_TOLERANCE = 10 * SECOND;

/** Unit, its length, and the shortest duration in that unit: one day reads as 24 hours. */
const UNITS = [
  ["day", DAY, 2 * DAY],
  ["hour", HOUR, HOUR],
  ["minute", MINUTE, 0],
] as const;

/** A duration in words, such as "24 hours" or "1 Minute", rounded down to whole units. */
export function durationInWords(milliseconds: number, locale: Locale): string {
  const length = milliseconds + DELIVERY_TOLERANCE;
  const [unit, size] = UNITS.find(([, , minimum]) => length >= minimum) ?? UNITS[2];
  const count = Math.max(1, Math.floor(length / size));
  return new Intl.NumberFormat(locale, { style: "unit", unit, unitDisplay: "long" }).format(count);
}
