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

/** Failures without a success, over any time, after which an unknown device needs a password reset (NIST SP 800-63B-4 §3.2.2). */
export const MAX_CONSECUTIVE_FAILURES = 100;

/**
 * The pauses (ms) of a sign-in that finds all attempts taken by sign-ins that are still being evaluated. Two seconds in
 * total (security 54).
 */
export const RESERVATION_PAUSES = [50, 100, 150, 250, 350, 500, 600] as const;
const RESERVATION_WAIT = RESERVATION_PAUSES.reduce((total, pause) => total + pause, 0);

/** Failures after which a captcha is required, if one is configured. */
export const FAILURES_BEFORE_CAPTCHA = 3;

/** A counted attempt. Both counts include it. */
export type ReservedAttempt = {
  readonly kind: "attempt";
  readonly failures: number;
  readonly consecutiveFailures: number;
};

/** A refused attempt. Instants in milliseconds. */
export type RefusedAttempt = {
  readonly kind: "locked";
  readonly until: number;
  /** The last attempt that was counted. */
  readonly lastAttemptAt: number;
  /** `MAX_CONSECUTIVE_FAILURES` are reached: only a password reset or an admin ends this lockout. */
  readonly needsReset: boolean;
};

export type Reservation = ReservedAttempt | RefusedAttempt;

export type StartedLockout = "temporary" | "until_reset";

/** The lockout that a counted and failed attempt started, or null. Known devices have no limit of consecutive failures. */
export function startedLockout(
  { failures, consecutiveFailures }: ReservedAttempt,
  deviceIsKnown: boolean,
): StartedLockout | null {
  if (!deviceIsKnown && consecutiveFailures >= MAX_CONSECUTIVE_FAILURES) return "until_reset";
  return failures >= MAX_FAILURES ? "temporary" : null;
}

/** Whether counted attempts may still be in evaluation, so that a success can release them. */
export const mayBeReleased = ({ lastAttemptAt }: RefusedAttempt, now: number): boolean =>
  now - lastAttemptAt < RESERVATION_WAIT;

/** Whole seconds from `now` to `instant`, at least 1. */
export const secondsUntil = (instant: number, now: number): number =>
  Math.max(Math.ceil((instant - now) / SECOND), 1);
