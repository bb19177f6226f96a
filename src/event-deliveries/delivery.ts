import { type Clock, DAY } from "../core/clock.ts";
import { seal } from "../core/crypto/seal.ts";
import type { SecretRing } from "../core/crypto/secret-ring.ts";
import { newId } from "../core/ids.ts";
import type { AuthEvent } from "./auth-event.ts";

/** Milliseconds after which an event that no attempt could deliver is dead-lettered. */
export const DELIVERY_LIFE_MS = 7 * DAY;

export type DeliveryKind = "event" | "token_revocation";

/** An event for one Worker, not stored yet. A store inserts it in the batch that the event is about. */
export type NewEventDelivery = {
  readonly id: string;
  /** The name of the binding without its prefix. */
  readonly target: string;
  /** `AuthEvent`, encrypted. */
  readonly sealed: string;
};

/** A delivery that only this caller may attempt until its lease ends. */
export type TakenDelivery = {
  readonly id: string;
  readonly kind: DeliveryKind;
  readonly target: string;
  readonly sealed: string;
  /** Attempts so far, this one included. */
  readonly attempts: number;
  readonly expiresAt: number;
};

export type NewDeliveriesDeps = {
  readonly clock: Clock;
  readonly secrets: SecretRing;
  /** The names of the Workers that are told of events. */
  readonly eventTargets: readonly string[];
};

type DeletedUser = { readonly accountId: string; readonly eventId: string };

/** The event of an erased account, for each Worker. Sealed: it is the only row that names the account. */
export function newDeletionEvents(
  { clock, secrets, eventTargets }: NewDeliveriesDeps,
  { accountId, eventId }: DeletedUser,
): Promise<readonly NewEventDelivery[]> {
  const at = new Date(clock.now()).toISOString();
  const event: AuthEvent = { type: "user.deleted", id: accountId, at, eventId };
  return Promise.all(
    eventTargets.map(async (target) => {
      const id = newId();
      return { id, target, sealed: await seal(secrets, "seal-event", id, JSON.stringify(event)) };
    }),
  );
}

/** Seals the refresh token of a provider. It can be sent to that provider only. */
export const sealProviderToken = (secrets: SecretRing, provider: string, token: string): Promise<string> =>
  seal(secrets, "seal-provider-token", provider, token);
