import type { Caller } from "../../core/caller.ts";
import { err, type Result } from "../../core/result.ts";
import { type VerifyClientDeps, verifyClient } from "../client-authentication/authenticate-client.ts";
import { readPresentedClient } from "../client-authentication/presented-client.ts";
import { type ResolveClientDeps, resolveFoundClient } from "../client-metadata/resolve-client.ts";
import { type Client, GRANT_TYPES } from "../clients/client.ts";
import type { OAuthError } from "../oauth-error.ts";
import type { OAuthForm } from "../oauth-form.ts";
import { TOKEN_GRANTS, type TokenGrantDeps } from "./grants.ts";
import { type PresentedGrantDeps, readPresentedGrant } from "./presented-grant.ts";
import type { TokenResponse } from "./token-grant.ts";
import type { TokenRequestStore } from "./token-request-store.ts";

export type RequestTokensDeps = VerifyClientDeps &
  ResolveClientDeps &
  PresentedGrantDeps &
  TokenGrantDeps & { readonly tokenRequests: TokenRequestStore };

type TokenRequest = {
  readonly authorization: string | undefined;
  readonly form: OAuthForm;
  readonly caller: Caller;
};

/** The token endpoint (RFC 6749 §3.2): authenticates the client, then calls the use case of the grant type. */
export async function requestTokens(
  deps: RequestTokensDeps,
  { authorization, form, caller }: TokenRequest,
): Promise<Result<TokenResponse, OAuthError>> {
  const presented = readPresentedClient({ authorization, form });
  if (!presented.ok) return presented;
  const { clientId } = presented.value;
  const presentedGrant = await readPresentedGrant(deps, form, clientId);
  const now = deps.clock.now();
  const { client: found, access } = await deps.tokenRequests.read(clientId, presentedGrant, now);
  const resolved = await resolveFoundClient(deps, { clientId, found, now });
  const client = await verifyClient(deps, presented.value, resolved);
  if (!client.ok) return client;
  const grant = grantOf(client.value, form.get("grant_type"));
  return grant.ok ? grant.value(deps, { client: client.value, form, caller, access }) : grant;
}

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
