import { SECOND } from "../core/clock.ts";
import type { Locale } from "../core/locale.ts";
import type { Shown } from "./page.ts";

const UNITS = [
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
  ["second", 1],
] as const;

/** "in 15 minutes", "3 days ago", "now": the largest unit that there is one of. */
export function inSeconds(locale: Locale, seconds: number): string {
  const [unit, length] = UNITS.find(([, length]) => Math.abs(seconds) >= length) ?? UNITS[3];
  const whole = seconds > 0 ? Math.ceil(seconds / length) : Math.trunc(seconds / length);
  return new Intl.RelativeTimeFormat(locale, { numeric: "auto" }).format(whole, unit);
}

/** An instant in UTC, which a script writes in the reader's own zone. */
export const Moment = ({ p, at }: { p: Shown; at: number }) => (
  <time datetime={new Date(at).toISOString()} data-moment>
    {`${new Intl.DateTimeFormat(p.locale, { dateStyle: "medium", timeStyle: "short", timeZone: "UTC" }).format(at)} UTC`}
  </time>
);

/** How long ago it was. */
export const Ago = ({ p, at }: { p: Shown; at: number }) => (
  <time datetime={new Date(at).toISOString()}>{inSeconds(p.locale, secondsBefore(p.now, at))}</time>
);

/** Nobody asks for less than a minute. */
const secondsBefore = (now: number, at: number): number => {
  const seconds = (at - now) / SECOND;
  return seconds > -60 ? 0 : seconds;
};
