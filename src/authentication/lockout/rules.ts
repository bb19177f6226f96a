import { HOUR, MINUTE, SECOND } from "../../core/clock.ts";

/** Failures that lock (security 17). */
export const MAX_FAILURES = 10;

/**
 * They count until there has been none for so long. Stricter than ten in a window that starts anew:
 * there, nineteen fit into a moment between two windows.
 */
export const QUIET_TIME = 15 * MINUTE;

/** The first lock; each later one is twice as long, up to the longest. */
export const FIRST_LOCK = 5 * MINUTE;
export const LONGEST_LOCK = 12 * HOUR;

/** After so long without a failure, the next lock is a first one again. */
export const LOCK_MEMORY = 24 * HOUR;

/** Failures after which a captcha is asked for, where there is one. */
export const FAILURES_BEFORE_CAPTCHA = 3;

/** What a reservation gave: an attempt, the n-th that counts, or nothing until that instant. */
export type Reservation =
  | { readonly kind: "attempt"; readonly failures: number }
  | { readonly kind: "locked"; readonly until: number };

export const secondsUntil = (instant: number, now: number): number =>
  Math.max(Math.ceil((instant - now) / SECOND), 1);
