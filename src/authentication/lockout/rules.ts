import { HOUR, MINUTE, SECOND } from "../../core/clock.ts";

/** Failures that start a lockout (security 17). */
export const MAX_FAILURES = 10;

/**
 * Failures count until this long (ms) without a failure. A fixed window of the same length would allow
 * nineteen failures around its boundary.
 */
export const QUIET_PERIOD = 15 * MINUTE;

/** Milliseconds of the first lockout. Each later one is twice as long, up to `LONGEST_LOCKOUT`. */
export const FIRST_LOCKOUT = 5 * MINUTE;
export const LONGEST_LOCKOUT = 12 * HOUR;

/** After this long (ms) without a failure, the next lockout has the length of a first one. */
export const LOCKOUT_MEMORY = 24 * HOUR;

/** Failures after which a captcha is required, if one is configured. */
export const FAILURES_BEFORE_CAPTCHA = 3;

/** `failures`: those that count, this attempt included. `until`: the instant (ms) at which the lockout ends. */
export type Reservation =
  | { readonly kind: "attempt"; readonly failures: number }
  | { readonly kind: "locked"; readonly until: number };

/** Whole seconds from `now` to `instant`, at least 1. */
export const secondsUntil = (instant: number, now: number): number =>
  Math.max(Math.ceil((instant - now) / SECOND), 1);
