import { DAY, HOUR, MINUTE, SECOND } from "../../core/clock.ts";

/** How long a taken notice is reserved. It is longer than an attempt can last. */
export const LEASE_MS = MINUTE;

/** A notice is dropped this long after the end of the session: by then its access tokens have expired, too. */
export const NOTICE_LIFE_MS = DAY;

const FIRST_DELAY_MS = 30 * SECOND;
const MAX_DELAY_MS = HOUR;

export type AttemptOutcome =
  | { readonly outcome: "delivered" }
  /** A short token for the log, such as `http_400` or `timeout`. */
  | { readonly outcome: "failed"; readonly reason: string };

export type NoticeDecision =
  | { readonly kind: "delivered" }
  | { readonly kind: "retry"; readonly dueAt: number; readonly reason: string }
  | { readonly kind: "drop"; readonly reason: string };

/**
 * What becomes of a notice after an attempt. Every failure is retried, since the client may have been misconfigured:
 * after 30 s, 1 min, 2 min, … 1 h, up to 24 hours.
 */
export function judgeAttempt(
  attempt: AttemptOutcome,
  notice: { readonly attempts: number; readonly createdAt: number },
  now: number,
): NoticeDecision {
  if (attempt.outcome === "delivered") return { kind: "delivered" };
  const delay = Math.min(FIRST_DELAY_MS * 2 ** (notice.attempts - 1), MAX_DELAY_MS);
  const dueAt = now + delay;
  const { reason } = attempt;
  return dueAt < notice.createdAt + NOTICE_LIFE_MS
    ? { kind: "retry", dueAt, reason }
    : { kind: "drop", reason };
}
