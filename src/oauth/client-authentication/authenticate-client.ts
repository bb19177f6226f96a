import type { Clock } from "../../core/clock.ts";
import { hashOneTimeToken } from "../../core/crypto/one-time-token.ts";
import { err, ok, type Result } from "../../core/result.ts";
import { FIRST_PARTY_CLIENT } from "../../sessions/session.ts";
import { type ResolveClientDeps, resolveClient } from "../client-metadata/resolve-client.ts";
import type { Client, ClientWithSecrets } from "../clients/client.ts";
import type { OAuthError } from "../oauth-error.ts";
import { type ClientAssertionDeps, isValidAssertion } from "./client-assertion.ts";
import { type ClientCredentials, type PresentedClient, readPresentedClient } from "./presented-client.ts";

export type VerifyClientDeps = ClientAssertionDeps;

export type AuthenticateClientDeps = VerifyClientDeps & ResolveClientDeps & { readonly clock: Clock };

/**
 * Authenticates the client of a request (RFC 6749 §2.3) by the one method that it is registered for. Costs one D1 round
 * trip, and one more for `private_key_jwt`: the use of an assertion is stored once the keys that the first one reads have
 * verified it, and before the request has any effect. An endpoint that reads the client in its own batch calls
 * `readPresentedClient` and `verifyClient` instead.
 */
export async function authenticateClient(
  deps: AuthenticateClientDeps,
  credentials: ClientCredentials,
): Promise<Result<Client, OAuthError>> {
  const presented = readPresentedClient(credentials);
  if (!presented.ok) return presented;
  const found = await resolveClient(deps, presented.value.clientId, deps.clock.now());
  return verifyClient(deps, presented.value, found);
}

/**
 * Verifies what a request has presented for the client that was found for it, or null. An unknown client, another method
 * and a wrong secret cost the same work and get the same answer.
 */
export async function verifyClient(
  deps: VerifyClientDeps,
  presented: PresentedClient,
  found: ClientWithSecrets | null,
): Promise<Result<Client, OAuthError>> {
  const isProven = await provesClient(deps, presented, found);
  if (!found || !isProven || found.client.authMethod !== presented.method) return err(INVALID_CLIENT);
  // The service's own client never comes here: its tokens are those of the first-party API.
  return found.client.id === FIRST_PARTY_CLIENT ? err(INVALID_CLIENT) : ok(found.client);
}

const INVALID_CLIENT: OAuthError = {
  error: "invalid_client",
  description: "The client is unknown, or its authentication failed.",
};

async function provesClient(
  deps: VerifyClientDeps,
  presented: PresentedClient,
  found: ClientWithSecrets | null,
): Promise<boolean> {
  if (presented.method === "none") return true;
  if (presented.method === "private_key_jwt") {
    const { assertion } = presented;
    const usesKeys = found?.client.authMethod === "private_key_jwt";
    return usesKeys && isValidAssertion(deps, { client: found.client, assertion });
  }
  // The stored value is a digest, so the time of a comparison tells nothing about the secret.
  const secretHash = await hashOneTimeToken(presented.secret);
  return found?.secretHashes.includes(secretHash) ?? false;
}
