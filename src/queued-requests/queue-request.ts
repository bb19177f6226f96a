import type { Clock } from "../core/clock.ts";
import { SECOND } from "../core/clock.ts";
import { keyedHash } from "../core/crypto/keyed-hash.ts";
import type { SecretRing } from "../core/crypto/secret-ring.ts";
import type { Defer } from "../core/defer.ts";
import { type DeliverySettings, type EmailAddress, isDeliverable } from "../core/email-address.ts";
import { newId } from "../core/ids.ts";
import { err, ok, type Result } from "../core/result.ts";
import type { ClientLimits } from "../rate-limit/client-limits.ts";
import { type QueuedRequest, type RegistrationRequest, sealRequest } from "./queued-request.ts";
import type { QueuedRequestStore } from "./store.ts";

export type QueueRequestDeps = {
  readonly clock: Clock;
  readonly secrets: SecretRing;
  readonly defer: Defer;
  readonly clientLimits: ClientLimits;
  readonly settings: DeliverySettings;
  readonly queuedRequests: Pick<QueuedRequestStore, "add">;
  /** Performs the request after the response. The cron job repeats it if this fails. */
  readonly processRequest: (id: string, request: QueuedRequest) => Promise<void>;
};

/** `retryAfter` in seconds: the client or its network has caused as many mails as it may. */
export type ClientRefusal = { readonly reason: "rate_limited"; readonly retryAfter: number };

/** The mail provider cannot send to the address. It depends on the address and the configuration alone. */
export type AddressRefusal = { readonly reason: "address_undeliverable" };

type Refusal<R extends QueuedRequest> =
  | ClientRefusal
  | (R extends { readonly email: EmailAddress } ? AddressRefusal : never)
  | (R extends RegistrationRequest ? { readonly reason: "username_taken" } : never);

/** The port for use cases: stores a request and schedules its processing. */
export type QueueRequest = <R extends QueuedRequest>(
  request: R,
  ip: string | null,
) => Promise<Result<void, Refusal<R>>>;

/** HMAC of the address of a registration, for its row. */
export const registrationTarget = (secrets: SecretRing, emailKey: string): Promise<string> =>
  keyedHash(secrets.current, "send-target", `registration/${emailKey}`);

/** One batch that writes the same rows for every address. It also counts the request of the client, exactly. */
export async function queueRequest<R extends QueuedRequest>(
  deps: QueueRequestDeps,
  request: R,
  ip: string | null,
): Promise<Result<void, Refusal<R>>> {
  if ("email" in request && !isDeliverable(request.email, deps.settings)) {
    return err({ reason: "address_undeliverable" } as Refusal<R>);
  }
  const now = deps.clock.now();
  const id = newId();
  const registration: RegistrationRequest | null = request.kind === "registration" ? request : null;
  const outcome = await deps.queuedRequests.add({
    request: {
      id,
      target: registration && (await registrationTarget(deps.secrets, registration.email.key)),
      passwordHash: registration?.passwordHash ?? null,
      sealed: await sealRequest(deps, id, request),
      createdAt: now,
    },
    usernameKey: registration?.usernameKey ?? null,
    challenge: request.kind === "email_code" ? request : null,
    // The wrong passwords before a lockout notice are limited, and a client must not be able to withhold it.
    limits: request.kind === "lockout_notice" ? [] : await deps.clientLimits("mail", ip),
  });
  switch (outcome.kind) {
    case "rate_limited":
      return err({ reason: "rate_limited", retryAfter: Math.ceil((outcome.retryAt - now) / SECOND) });
    case "username_taken":
      return err({ reason: "username_taken" } as Refusal<R>);
    case "queued":
      deps.defer(() => deps.processRequest(id, request));
      return ok(undefined);
  }
}
