import type { Caller } from "../../core/caller.ts";
import { hashOneTimeToken } from "../../core/crypto/one-time-token.ts";
import type { Defer } from "../../core/defer.ts";
import { err, type Result } from "../../core/result.ts";
import {
  INVALID_CLIENT,
  type UseAssertionDeps,
  type VerifiedClient,
  type VerifyClientDeps,
  verifyClient,
} from "../client-authentication/authenticate-client.ts";
import { readPresentedClient, unverifiedJti } from "../client-authentication/presented-client.ts";
import { type ResolveClientDeps, resolveFoundClient } from "../client-metadata/resolve-client.ts";
import { type Client, GRANT_TYPES } from "../clients/client.ts";
import type { OAuthError } from "../oauth-error.ts";
import type { OAuthForm } from "../oauth-form.ts";
import { currentAccess } from "./current-access.ts";
import { TOKEN_GRANTS, type TokenGrantDeps } from "./grants.ts";
import { type AuthorizedAccess, readPresentedGrant } from "./presented-grant.ts";
import type { TokenResponse } from "./token-grant.ts";
import type { TokenRequestStore } from "./token-request-store.ts";

export type RequestTokensDeps = VerifyClientDeps &
  ResolveClientDeps &
  UseAssertionDeps &
  TokenGrantDeps & { readonly tokenRequests: TokenRequestStore; readonly defer: Defer };

type TokenRequest = {
  readonly authorization: string | undefined;
  readonly form: OAuthForm;
  readonly caller: Caller;
};

/** The token endpoint (RFC 6749 §3.2): authenticates the client, then calls the use case of the grant type. */
export async function requestTokens(
  deps: RequestTokensDeps,
  request: TokenRequest,
): Promise<Result<TokenResponse, OAuthError>> {
  const { form } = request;
  const presented = readPresentedClient(request);
  if (!presented.ok) return presented;
  const { clientId } = presented.value;
  const grant = await readPresentedGrant(deps, form, clientId);
  const jti = unverifiedJti(presented.value);
  const jtiHash = jti === null ? null : await hashOneTimeToken(jti);
  const now = deps.clock.now();
  const facts = await deps.tokenRequests.read({ clientId, grant, jtiHash }, now);
  const { client: found, access, isReplay } = facts;
  const resolved = await resolveFoundClient(deps, { clientId, found, now });
  const verified = await verifyClient(deps, presented.value, resolved);
  if (!verified.ok) return verified;
  // A concurrent replay is refused by the batch that acts on the request.
  if (isReplay && verified.value.assertion !== null) return err(INVALID_CLIENT);
  const tokens = await grantTokens(deps, request, verified.value, access);
  const { assertion } = verified.value;
  // A request that was refused before its batch has not stored it. It had no effect, so that this can wait.
  if (!tokens.ok && assertion !== null) deps.defer(() => deps.clientAssertions.use(assertion));
  return tokens;
}

/** Calls the use case of the grant type, unless the client has lost the access since it was authorized. */
async function grantTokens(
  deps: RequestTokensDeps,
  { form, caller }: TokenRequest,
  { client, assertion }: VerifiedClient,
  authorized: AuthorizedAccess | null,
): Promise<Result<TokenResponse, OAuthError>> {
  const grant = grantOf(client, form.get("grant_type"));
  if (!grant.ok) return grant;
  const access = authorized && currentAccess(client, authorized, deps.settings.resources);
  if (access?.scopes.length === 0) return err(WITHDRAWN);
  return grant.value(deps, { client, form, caller, assertion, access });
}

const WITHDRAWN: OAuthError = {
  error: "invalid_grant",
  description: "The client may no longer request the resource, or any of the scopes.",
};

function grantOf(client: Client, requested: string | undefined) {
  if (requested === undefined)
    return err({ error: "invalid_request", description: "The parameter grant_type is required." } as const);
  const grantType = GRANT_TYPES.find((each) => each === requested);
  const grant = grantType && TOKEN_GRANTS[grantType];
  if (!grant)
    return err({ error: "unsupported_grant_type", description: "The grant type is not supported." } as const);
  return client.grantTypes.includes(grantType)
    ? ({ ok: true, value: grant } as const)
    : err({
        error: "unauthorized_client",
        description: "The client is not registered for this grant type.",
      } as const);
}
