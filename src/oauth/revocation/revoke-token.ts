import type { Caller } from "../../core/caller.ts";
import { err, ok, type Result } from "../../core/result.ts";
import { type EndSessionDeps, endSession } from "../../sessions/end-session.ts";
import {
  type AuthenticateClientDeps,
  authenticateClient,
} from "../client-authentication/authenticate-client.ts";
import type { ClientCredentials } from "../client-authentication/presented-client.ts";
import type { OAuthError } from "../oauth-error.ts";
import { type PresentedTokenDeps, readPresentedToken } from "../presented-token.ts";

export type RevokeTokenDeps = AuthenticateClientDeps & PresentedTokenDeps & EndSessionDeps;

type Revocation = ClientCredentials & { readonly caller: Caller };

/**
 * Revokes a token of the client (RFC 7009): ends the family of the refresh or access token. An expired or rotated token
 * ends it too. An unknown token is no error (RFC 7009 §2.2).
 */
export async function revokeToken(
  deps: RevokeTokenDeps,
  { caller, ...credentials }: Revocation,
): Promise<Result<null, OAuthError>> {
  const client = await authenticateClient(deps, credentials);
  if (!client.ok) return client;
  const { id: clientId } = client.value;
  const text = credentials.form.get("token");
  if (text === undefined)
    return err({ error: "invalid_request", description: "The parameter token is required." });
  const token = await readPresentedToken(deps, { token: text, clientId, ignoreExpiry: true });
  if (token === null) return ok(null);
  const { claims } = token;
  if (token.kind === "access" && token.claims.clientId !== clientId)
    return err({ error: "invalid_grant", description: "The token was issued to another client." });
  if (!("sessionId" in claims))
    return err({ error: "unsupported_token_type", description: "The token of a client expires by itself." });
  const { sessionId, accountId } = claims;
  const event = { type: "session_ended", details: { sessionId, client: clientId } } as const;
  await endSession(deps, { sessionId, accountId, event, actorId: null, caller });
  return ok(null);
}
