import type { Clock } from "../core/clock.ts";
import { unseal } from "../core/crypto/seal.ts";
import type { SecretRing } from "../core/crypto/secret-ring.ts";
import type { DeliveryOutcome } from "../core/delivery-outcome.ts";
import type { AuthEvent, AuthEventReceiver } from "./auth-event.ts";
import type { TakenDelivery } from "./delivery.ts";
import { DELIVERY_LEASE_MS, judgeEventDelivery } from "./rules.ts";
import type { EventDeliveryStore } from "./store.ts";

/** A failed attempt, for the log. It names neither the account nor a token. */
export type DeliveryFailure = Pick<TakenDelivery, "id" | "kind" | "target" | "attempts"> & {
  readonly reason: string;
};

export type DeliverEventDeps = {
  readonly clock: Clock;
  readonly secrets: SecretRing;
  readonly eventDeliveries: Pick<EventDeliveryStore, "take" | "remove" | "postpone" | "markDead">;
  /** The bound Workers by name. */
  readonly eventReceivers: ReadonlyMap<string, AuthEventReceiver>;
  /** Milliseconds that a Worker may take. */
  readonly eventTimeoutMs: number;
  readonly socialProviders: ReadonlyMap<string, { revokeToken?(token: string): Promise<DeliveryOutcome> }>;
  readonly reportDeliveryFailure: (failure: DeliveryFailure) => void;
  readonly reportAlarm: (name: string, details: DeliveryFailure) => void;
};

/**
 * One attempt at one delivery: takes it, unless another Worker has it, sends it and records the outcome. A Worker that
 * dies in between loses nothing: the lease ends, and another one sends it again.
 */
export async function deliverEvent(deps: DeliverEventDeps, id: string): Promise<void> {
  const now = deps.clock.now();
  const taken = await deps.eventDeliveries.take(id, now, now + DELIVERY_LEASE_MS);
  if (!taken) return;
  const outcome = await send(deps, taken);
  const decision = judgeEventDelivery(outcome, taken, deps.clock.now());
  if (decision.kind === "delivered") return deps.eventDeliveries.remove(id);
  const { kind, target, attempts } = taken;
  const failure = { id, kind, target, attempts, reason: decision.reason };
  deps.reportDeliveryFailure(failure);
  if (decision.kind === "retry") return deps.eventDeliveries.postpone(taken, decision.dueAt);
  await deps.eventDeliveries.markDead(taken);
  deps.reportAlarm("event_delivery_dead", failure);
}

const failed = (reason: string): DeliveryOutcome => ({ outcome: "failed", reason });

async function send(deps: DeliverEventDeps, taken: TakenDelivery): Promise<DeliveryOutcome> {
  const { id, kind, target, sealed } = taken;
  if (kind === "event") {
    const text = await unseal(deps.secrets, "seal-event", id, sealed);
    const receiver = deps.eventReceivers.get(target);
    if (text === null || !receiver) return failed(text === null ? "unsealable" : "not_bound");
    return callReceiver(receiver, JSON.parse(text), deps.eventTimeoutMs);
  }
  const token = await unseal(deps.secrets, "seal-provider-token", target, sealed);
  const provider = deps.socialProviders.get(target);
  if (token === null || !provider?.revokeToken)
    return failed(token === null ? "unsealable" : "not_configured");
  return provider.revokeToken(token);
}

/** Calls the Worker by RPC. It never throws. */
async function callReceiver(
  receiver: AuthEventReceiver,
  event: AuthEvent,
  timeout: number,
): Promise<DeliveryOutcome> {
  const signal = AbortSignal.timeout(timeout);
  const late = new Promise<DeliveryOutcome>((resolve) => {
    signal.addEventListener("abort", () => resolve(failed("timeout")));
  });
  const call = async (): Promise<DeliveryOutcome> => {
    try {
      await receiver.onAuthEvent(event);
      return { outcome: "delivered" };
    } catch {
      return failed("exception");
    }
  };
  return Promise.race([call(), late]);
}
