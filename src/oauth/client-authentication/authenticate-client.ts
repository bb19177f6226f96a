import type { Clock } from "../../core/clock.ts";
import { hashOneTimeToken } from "../../core/crypto/one-time-token.ts";
import { err, ok, type Result } from "../../core/result.ts";
import { FIRST_PARTY_CLIENT } from "../../sessions/session.ts";
import { type ResolveClientDeps, resolveClient } from "../client-metadata/resolve-client.ts";
import type { Client, ClientWithSecrets } from "../clients/client.ts";
import type { OAuthError } from "../oauth-error.ts";
import { type ClientAssertionDeps, type UsedAssertion, verifyClientAssertion } from "./client-assertion.ts";
import type { ClientKeyMemory, RememberedAssertion } from "./client-key-memory.ts";
import { type ClientCredentials, type PresentedClient, readPresentedClient } from "./presented-client.ts";

export type VerifyClientDeps = ClientAssertionDeps & { readonly clientKeyMemory: ClientKeyMemory };

export type UseAssertionDeps = {
  /** Stores the use of an assertion. False: it was used before. */
  readonly clientAssertions: { use(assertion: UsedAssertion): Promise<boolean> };
};

export type IdentifyClientDeps = VerifyClientDeps & ResolveClientDeps & { readonly clock: Clock };

export type AuthenticateClientDeps = IdentifyClientDeps & UseAssertionDeps;

/**
 * `assertion`: that of `private_key_jwt`, whose use is not stored yet. The batch that acts on the request stores it
 * (`runBatchOnce`), or `useAssertion` does so before.
 */
export type VerifiedClient = { readonly client: Client; readonly assertion: UsedAssertion | null };

/**
 * Authenticates the client of a request (RFC 6749 §2.3) by the one method that it is registered for. Costs one D1 round
 * trip, and one more for `private_key_jwt`, which stores the use of the assertion before the request has any effect.
 */
export async function authenticateClient(
  deps: AuthenticateClientDeps,
  credentials: ClientCredentials,
): Promise<Result<Client, OAuthError>> {
  const identified = await identifyClient(deps, credentials);
  return identified.ok ? useAssertion(deps, identified.value) : identified;
}

/** The same in one round trip: the caller has to store the use of the assertion. */
export async function identifyClient(
  deps: IdentifyClientDeps,
  credentials: ClientCredentials,
): Promise<Result<VerifiedClient, OAuthError>> {
  const presented = readPresentedClient(credentials);
  if (!presented.ok) return presented;
  const found = await resolveClient(deps, presented.value.clientId, deps.clock.now());
  return verifyClient(deps, presented.value, found);
}

/** Stores the use of the client's assertion, if there is one. Of concurrent requests with it, one succeeds. */
export async function useAssertion(
  deps: UseAssertionDeps,
  { client, assertion }: VerifiedClient,
): Promise<Result<Client, OAuthError>> {
  if (assertion === null || (await deps.clientAssertions.use(assertion))) return ok(client);
  return err(INVALID_CLIENT);
}

/**
 * Verifies what a request has presented for the client that was found for it, or null. An unknown client, another method
 * and a wrong secret cost the same work and get the same answer.
 */
export async function verifyClient(
  deps: VerifyClientDeps,
  presented: PresentedClient,
  found: ClientWithSecrets | null,
): Promise<Result<VerifiedClient, OAuthError>> {
  const proof = await proofOf(deps, presented, found);
  if (!found || proof === "invalid" || found.client.authMethod !== presented.method)
    return err(INVALID_CLIENT);
  const { client } = found;
  // The service's own client never comes here: its tokens are those of the first-party API.
  return client.id === FIRST_PARTY_CLIENT ? err(INVALID_CLIENT) : ok({ client, assertion: proof });
}

export const INVALID_CLIENT: OAuthError = {
  error: "invalid_client",
  description: "The client is unknown, or its authentication failed.",
};

/** The assertion that proves the client; null if something else does. */
async function proofOf(
  deps: VerifyClientDeps,
  presented: PresentedClient,
  found: ClientWithSecrets | null,
): Promise<UsedAssertion | null | "invalid"> {
  if (presented.method === "none") return null;
  if (presented.method === "private_key_jwt") {
    const { assertion } = presented;
    if (found?.client.authMethod !== "private_key_jwt") return "invalid";
    const verified = await verifyClientAssertion(deps, { client: found.client, assertion });
    if (verified !== null) deps.clientKeyMemory.remember(found.client);
    return verified ?? "invalid";
  }
  // The stored value is a digest, so the time of a comparison tells nothing about the secret.
  const secretHash = await hashOneTimeToken(presented.secret);
  return found?.secretHashes.includes(secretHash) ? null : "invalid";
}

/**
 * Verifies an assertion by the keys with which the client has authenticated in this isolate before, so that the first
 * batch of the request can store its use, if the row of the client still has these keys. It authenticates no client:
 * `verifyClient` does so with the row. Null: there is no assertion, or it is not valid for remembered keys.
 */
export async function verifyByRememberedKeys(
  deps: VerifyClientDeps,
  presented: PresentedClient,
): Promise<RememberedAssertion | null> {
  if (presented.method !== "private_key_jwt") return null;
  const keys = deps.clientKeyMemory.get(presented.clientId);
  if (keys === null) return null;
  const assertion = await verifyClientAssertion(deps, { client: keys, assertion: presented.assertion });
  return assertion && { assertion, keys };
}
