import { MINUTE, SECOND } from "../../core/clock.ts";
import type { SendOutcome } from "../../core/send-outcome.ts";
import type { Channel } from "./message.ts";

/** How long a taken message is reserved. It is longer than the timeout of a provider. */
export const SEND_LEASE_MS = MINUTE;

const FIRST_DELAY_MS = 30 * SECOND;
const MAX_DELAY_MS = 10 * MINUTE;

/** The delay after this many attempts: 30 s, 1 min, 2 min, … 10 min. */
export const retryDelay = (attempts: number): number =>
  Math.min(FIRST_DELAY_MS * 2 ** (attempts - 1), MAX_DELAY_MS);

export type DeliveryDecision =
  | { readonly kind: "sent" }
  | { readonly kind: "retry"; readonly dueAt: number; readonly reason: string }
  | { readonly kind: "dead"; readonly reason: string };

/** How long before the link expires the last attempt is made, so that the message is still useful when read. */
const LAST_RETRY_MS = MINUTE;

/**
 * Text messages cost money, and a provider may accept one and still report a failure. The limit keeps the
 * real number of sends near the hourly cap.
 */
const MAX_SMS_ATTEMPTS = 3;

/** What to do after an attempt. A message is retried until shortly before its link or code expires. */
export function judgeDelivery(
  outcome: SendOutcome,
  message: { readonly channel: Channel; readonly attempts: number; readonly expiresAt: number },
  now: number,
): DeliveryDecision {
  if (outcome.outcome === "sent") return { kind: "sent" };
  if (outcome.outcome === "refused") return { kind: "dead", reason: outcome.reason };
  if (message.channel === "sms" && message.attempts >= MAX_SMS_ATTEMPTS) {
    return { kind: "dead", reason: `gave_up_after_${outcome.reason}` };
  }
  const dueAt = Math.min(now + retryDelay(message.attempts), message.expiresAt - LAST_RETRY_MS);
  return dueAt > now
    ? { kind: "retry", dueAt, reason: outcome.reason }
    : { kind: "dead", reason: `expired_after_${outcome.reason}` };
}
