import { SECOND } from "../core/clock.ts";
import type { Locale } from "../core/locale.ts";
import type { PageProps } from "./page.ts";

const UNITS = [
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
  ["second", 1],
] as const;

/** "in 15 minutes", "3 days ago", "now": in the largest unit that fits. */
export function inSeconds(locale: Locale, seconds: number): string {
  const [unit, length] = UNITS.find(([, length]) => Math.abs(seconds) >= length) ?? UNITS[3];
  const whole = seconds > 0 ? Math.ceil(seconds / length) : Math.trunc(seconds / length);
  return new Intl.RelativeTimeFormat(locale, { numeric: "auto" }).format(whole, unit);
}

/** A time in UTC, which a script converts to the user's time zone. */
export const LocalTime = ({ p, at }: { p: PageProps; at: number }) => (
  <time datetime={new Date(at).toISOString()} data-moment>
    {`${new Intl.DateTimeFormat(p.locale, { dateStyle: "medium", timeStyle: "short", timeZone: "UTC" }).format(at)} UTC`}
  </time>
);

/** A date in words. */
export const longDate = (locale: PageProps["locale"], at: number): string =>
  new Intl.DateTimeFormat(locale, { dateStyle: "long", timeZone: "UTC" }).format(at);

/** The time since then. */
export const TimeAgo = ({ p, at }: { p: PageProps; at: number }) => (
  <time datetime={new Date(at).toISOString()}>{inSeconds(p.locale, secondsBefore(p.now, at))}</time>
);

/** Less than a minute counts as now. */
const secondsBefore = (now: number, at: number): number => {
  const seconds = (at - now) / SECOND;
  return seconds > -60 ? 0 : seconds;
};
