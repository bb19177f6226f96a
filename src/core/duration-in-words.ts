import { DAY, HOUR, MINUTE, SECOND } from "./clock.ts";
import type { Locale } from "./locale.ts";

/** What a message may have been on its way: ten minutes less that much are still called ten. */
const ON_THE_WAY = 10 * SECOND;

/** The largest unit to speak of, and from how much on: a day is better known as 24 hours. */
const UNITS = [
  ["day", DAY, 2 * DAY],
  ["hour", HOUR, HOUR],
  ["minute", MINUTE, 0],
] as const;

/** A length of time in words, as in "24 hours" and "1 Minute"; what is left over is not said. */
export function durationInWords(milliseconds: number, locale: Locale): string {
  const length = milliseconds + ON_THE_WAY;
  const [unit, size] = UNITS.find(([, , from]) => length >= from) ?? UNITS[2];
  const count = Math.max(1, Math.floor(length / size));
  return new Intl.NumberFormat(locale, { style: "unit", unit, unitDisplay: "long" }).format(count);
}
