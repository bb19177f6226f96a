import { MINUTE, SECOND } from "../../core/clock.ts";
import type { SendOutcome } from "../../core/send-outcome.ts";
import type { Channel } from "./message.ts";

/** How long a taken message is its taker's: longer than a provider is waited for. */
export const SEND_LEASE_MS = MINUTE;

const FIRST_PAUSE = 30 * SECOND;
const LONGEST_PAUSE = 10 * MINUTE;

/** The wait after so many attempts: 30 s, 1 min, 2 min, … 10 min. */
export const pauseAfter = (attempts: number): number =>
  Math.min(FIRST_PAUSE * 2 ** (attempts - 1), LONGEST_PAUSE);

export type DeliveryDecision =
  | { readonly kind: "done" }
  | { readonly kind: "retry"; readonly dueAt: number; readonly reason: string }
  | { readonly kind: "bury"; readonly reason: string };

/** The last attempt is so long before a link dies: a message should still be of use when it is read. */
const LAST_RETRY_MS = MINUTE;

/**
 * Texts cost, and a provider that took one may yet answer that it failed: so often at most is one tried,
 * lest the cap on sends be a multiple of itself.
 */
export const MAX_TEXT_ATTEMPTS = 3;

/** What an attempt's outcome means. A message is tried until just before its link or code would be dead. */
export function judgeDelivery(
  outcome: SendOutcome,
  message: { readonly channel: Channel; readonly attempts: number; readonly expiresAt: number },
  now: number,
): DeliveryDecision {
  if (outcome.outcome === "sent") return { kind: "done" };
  if (outcome.outcome === "refused") return { kind: "bury", reason: outcome.reason };
  if (message.channel === "sms" && message.attempts >= MAX_TEXT_ATTEMPTS) {
    return { kind: "bury", reason: `gave_up_after_${outcome.reason}` };
  }
  const dueAt = Math.min(now + pauseAfter(message.attempts), message.expiresAt - LAST_RETRY_MS);
  return dueAt > now
    ? { kind: "retry", dueAt, reason: outcome.reason }
    : { kind: "bury", reason: `expired_after_${outcome.reason}` };
}
