import { HOUR, MINUTE, SECOND } from "../kernel/clock.ts";

/** Failures that lock, and the time in which they count (security 17). */
export const MAX_FAILURES = 10;
export const FAILURE_WINDOW = 15 * MINUTE;

/** The first lock; each later one is twice as long, up to the longest. */
export const FIRST_LOCK = 5 * MINUTE;
export const LONGEST_LOCK = 12 * HOUR;

/** A target that has been quiet for so long begins anew. */
export const LOCK_MEMORY = 24 * HOUR;

/** Failures after which a captcha is asked for, where there is one. */
export const FAILURES_BEFORE_CAPTCHA = 3;

/** What a reservation gave: an attempt of so many in the window, or nothing until that instant. */
export type Reservation =
  | { readonly kind: "attempt"; readonly failures: number }
  | { readonly kind: "locked"; readonly until: number };

export const secondsUntil = (instant: number, now: number): number =>
  Math.max(Math.ceil((instant - now) / SECOND), 1);
