import type { SocialProviders } from "../authentication/social/providers/providers.ts";
import { type Clock, SECOND } from "../core/clock.ts";
import type { SecretRing } from "../core/crypto/secret-ring.ts";
import type { DeliveryFailure } from "../event-deliveries/deliver-event.ts";
import { deliverNewEvents } from "../event-deliveries/deliver-events.ts";
import type { EventDeliveryStore } from "../event-deliveries/store.ts";
import { eventReceivers } from "./event-receivers.ts";

/** Milliseconds that a Worker of the team may take for an event. */
const EVENT_TIMEOUT_MS = 10 * SECOND;

type Parts = {
  readonly env: object;
  readonly stores: { readonly eventDeliveries: EventDeliveryStore };
  readonly clock: Clock;
  readonly secrets: SecretRing;
  readonly socialProviders: SocialProviders;
  readonly logError: (line: object) => void;
  readonly reportAlarm: (name: string, details: object) => void;
  readonly options: { readonly providerTimeoutMs?: number | undefined };
};

/** Events for Workers of the team, and revocations at providers. */
export function composeEvents({ env, stores, clock, secrets, logError, options, ...parts }: Parts) {
  const receivers = eventReceivers(env);
  const delivery = {
    ...parts,
    eventReceivers: receivers,
    eventTargets: [...receivers.keys()],
    eventTimeoutMs: options.providerTimeoutMs ?? EVENT_TIMEOUT_MS,
    reportDeliveryFailure: (failure: DeliveryFailure) => logError({ eventDelivery: "failed", ...failure }),
  };
  const { eventDeliveries } = stores;
  return {
    ...delivery,
    deliverEventsNow: () => deliverNewEvents({ ...delivery, eventDeliveries, clock, secrets }),
  };
}
