import { HOUR, MINUTE, SECOND } from "../core/clock.ts";
import type { DeliveryOutcome } from "../core/delivery-outcome.ts";

/** How long a taken delivery is reserved. It is longer than an attempt can last. */
export const DELIVERY_LEASE_MS = MINUTE;

const FIRST_DELAY_MS = 30 * SECOND;
const MAX_DELAY_MS = HOUR;

export type EventDecision =
  | { readonly kind: "delivered" }
  | { readonly kind: "retry"; readonly dueAt: number; readonly reason: string }
  | { readonly kind: "dead"; readonly reason: string };

/** What becomes of a delivery after an attempt: it is retried after 30 s, 1 min, 2 min, … 1 h, until it expires. */
export function judgeEventDelivery(
  attempt: DeliveryOutcome,
  delivery: { readonly attempts: number; readonly expiresAt: number },
  now: number,
): EventDecision {
  if (attempt.outcome === "delivered") return { kind: "delivered" };
  const { reason } = attempt;
  const dueAt = now + Math.min(FIRST_DELAY_MS * 2 ** (delivery.attempts - 1), MAX_DELAY_MS);
  return dueAt < delivery.expiresAt ? { kind: "retry", dueAt, reason } : { kind: "dead", reason };
}
