import { MINUTE, SECOND } from "../kernel/clock.ts";
import type { SendOutcome } from "../kernel/send-outcome.ts";

/** How long a taken mail is its taker's: longer than a provider is waited for. */
export const SEND_LEASE = MINUTE;

const FIRST_PAUSE = 30 * SECOND;
const LONGEST_PAUSE = 10 * MINUTE;

/** The wait after so many attempts: 30 s, 1 min, 2 min, … 10 min. */
export const pauseAfter = (attempts: number): number =>
  Math.min(FIRST_PAUSE * 2 ** (attempts - 1), LONGEST_PAUSE);

export type DeliveryDecision =
  | { readonly kind: "done" }
  | { readonly kind: "retry"; readonly dueAt: number; readonly reason: string }
  | { readonly kind: "bury"; readonly reason: string };

/** The last attempt is so long before a link dies: a mail should still be of use when it is read. */
const LAST_CALL = MINUTE;

/** What an attempt's outcome means. A mail is tried until just before its link would be dead. */
export function judgeDelivery(
  outcome: SendOutcome,
  mail: { readonly attempts: number; readonly expiresAt: number },
  now: number,
): DeliveryDecision {
  if (outcome.outcome === "sent") return { kind: "done" };
  if (outcome.outcome === "refused") return { kind: "bury", reason: outcome.reason };
  const dueAt = Math.min(now + pauseAfter(mail.attempts), mail.expiresAt - LAST_CALL);
  return dueAt > now
    ? { kind: "retry", dueAt, reason: outcome.reason }
    : { kind: "bury", reason: `expired_after_${outcome.reason}` };
}
