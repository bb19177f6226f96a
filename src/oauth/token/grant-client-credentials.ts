import type { Defer } from "../../core/defer.ts";
import { err, ok, type Result } from "../../core/result.ts";
import { type AccessTokenDeps, signAccessToken } from "../../sessions/access-token.ts";
import type { Resource } from "../../sessions/resource.ts";
import { type UseAssertionDeps, useAssertion } from "../client-authentication/authenticate-client.ts";
import type { ReadCustomClaimsDeps } from "../custom-claims/read-custom-claims.ts";
import type { OAuthError } from "../oauth-error.ts";
import { chooseResource, chooseScopes, isOpenIdScope, scopeText } from "../scopes.ts";
import { type LifetimeSettings, lifetimesOf } from "./client-lifetimes.ts";
import { customClaimsOf } from "./custom-claims-of.ts";
import type { ClientTokenStore } from "./store.ts";
import type { TokenGrantRequest, TokenResponse } from "./token-grant.ts";

export type GrantClientCredentialsDeps = Pick<AccessTokenDeps, "keyRing" | "clock"> &
  UseAssertionDeps &
  ReadCustomClaimsDeps & {
    readonly settings: LifetimeSettings & {
      readonly publicUrl: string;
      readonly resources: readonly Resource[];
    };
    readonly clientTokens: Pick<ClientTokenStore, "recordUse">;
    readonly defer: Defer;
  };

/**
 * The grant `client_credentials` (RFC 6749 §4.4): a token of a confidential client for itself. RFC 9700 §4.15: it has no
 * claim of a user. There is no refresh token and no ID token.
 */
export async function grantClientCredentials(
  deps: GrantClientCredentialsDeps,
  { client, form, assertion }: TokenGrantRequest,
): Promise<Result<TokenResponse, OAuthError>> {
  const { settings, clock } = deps;
  if (client.type !== "confidential")
    return err({ error: "unauthorized_client", description: "A public client has no credentials." });
  const { resources } = settings;
  const resource = chooseResource({ client, resources, requested: form.get("resource") });
  if (!resource.ok) return resource;
  if (resource.value === null)
    return err({ error: "invalid_target", description: "The resource parameter is required." });
  const scopes = chooseScopes({ client, resource: resource.value, requested: form.get("scope") });
  if (!scopes.ok) return scopes;
  if (scopes.value.some(isOpenIdScope))
    return err({ error: "invalid_scope", description: "A scope of OpenID Connect needs a user." });
  const claims = await customClaimsOf(deps, {
    client,
    access: { accountId: null, resource: resource.value.uri },
    scopes: scopes.value,
  });
  if (!claims.ok) return claims;
  const authenticated = await useAssertion(deps, { client, assertion });
  if (!authenticated.ok) return authenticated;
  const { accessTokenTtl: lifetime } = lifetimesOf(client, settings);
  const scope = scopeText(scopes.value);
  const accessToken = await signAccessToken(deps, {
    audience: resource.value.uri,
    subject: client.id,
    clientId: client.id,
    lifetime,
    claims: { ...claims.value, scope },
  });
  deps.defer(() => deps.clientTokens.recordUse(client.id, clock.now()));
  return ok({ access_token: accessToken, token_type: "Bearer", expires_in: lifetime, scope });
}
