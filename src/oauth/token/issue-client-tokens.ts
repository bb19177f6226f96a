import type { JWTPayload } from "jose";
import type { Account } from "../../accounts/account.ts";
import { type AccessTokenDeps, signAccessToken } from "../../sessions/access-token.ts";
import { userinfoUrl } from "../../sessions/audience.ts";
import { type RefreshTokenDeps, signRefreshToken } from "../../sessions/refresh-token.ts";
import { emailClaims, sessionClaims } from "../../sessions/user-claims.ts";
import type { Client } from "../clients/client.ts";
import type { CustomClaims } from "../custom-claims/rules.ts";
import { type IdTokenDeps, signIdToken } from "../id-token.ts";
import { scopeText } from "../scopes.ts";
import { type LifetimeSettings, lifetimesOf, rotatesRefreshTokens } from "./client-lifetimes.ts";
import type { TokenResponse } from "./token-grant.ts";

export type IssueClientTokensDeps = IdTokenDeps &
  RefreshTokenDeps & {
    readonly keyRing: AccessTokenDeps["keyRing"];
    readonly settings: LifetimeSettings & { readonly publicUrl: string };
  };

/** A live session of a client: a family of refresh tokens. */
export type Family = {
  readonly id: string;
  readonly generation: number;
  readonly amr: readonly string[];
  readonly authenticatedAt: number;
  readonly rotatedAt: number;
  readonly idleExpiresAt: number;
  readonly expiresAt: number;
  /** The URI of the resource. */
  readonly audience: string | null;
};

export type NewClientTokens = {
  readonly client: Client;
  readonly account: Account;
  readonly family: Family;
  /** At most those of the family. */
  readonly scopes: readonly string[];
  /** Of the authorization request; null for another grant. */
  readonly nonce: string | null;
  /** Claims of the access token alone. */
  readonly customClaims: CustomClaims;
};

/**
 * Loads the signing keys before a single-use code or token is consumed. In a cold isolate an outage of D1 then fails
 * before it is spent.
 */
export async function warmSigningKeys(
  { keyRing }: Pick<IssueClientTokensDeps, "keyRing">,
  { idTokenAlg }: Pick<Client, "idTokenAlg">,
): Promise<void> {
  await keyRing.signingKey("ES256");
  await keyRing.signingKey(idTokenAlg);
}

/** Signs the tokens of a user for a client: an access token, an ID token for `openid`, a refresh token if it may have one. */
export async function issueClientTokens(
  deps: IssueClientTokensDeps,
  { client, account, family, scopes, nonce, customClaims }: NewClientTokens,
): Promise<TokenResponse> {
  const { accessTokenTtl: lifetime } = lifetimesOf(client, deps.settings);
  const scope = scopeText(scopes);
  const accessToken = await signAccessToken(deps, {
    audience: audienceOf(family, scopes, userinfoUrl(deps.settings)),
    subject: account.id,
    clientId: client.id,
    lifetime,
    claims: { ...customClaims, ...sessionClaims(family), ...accountClaims(account, scopes), scope },
  });
  const idToken = { client, account, session: family, scopes, nonce, accessToken, lifetime };
  return {
    access_token: accessToken,
    token_type: "Bearer",
    expires_in: lifetime,
    scope,
    ...(client.grantTypes.includes("refresh_token")
      ? { refresh_token: await signRefreshToken(deps, refreshSubject(client, account, family)) }
      : {}),
    ...(scopes.includes("openid") ? { id_token: await signIdToken(deps, idToken) } : {}),
  };
}

/** `aud`: the resource, and the userinfo endpoint for a token with `openid`. */
function audienceOf({ audience }: Family, scopes: readonly string[], userinfo: string): string | string[] {
  if (audience === null) return userinfo;
  return scopes.includes("openid") ? [audience, userinfo] : audience;
}

/** RFC 9068 §2.2.2: claims that let a resource server decide without asking. */
const accountClaims = (account: Account, scopes: readonly string[]): JWTPayload => ({
  role: account.role,
  ...(scopes.includes("email") ? emailClaims(account) : {}),
  ...(scopes.includes("profile") ? { name: account.name } : {}),
});

const refreshSubject = (client: Client, account: Account, family: Family) => ({
  sessionId: family.id,
  accountId: account.id,
  clientId: client.id,
  generation: family.generation,
  rotatedAt: family.rotatedAt,
  // A token that stays the same must outlast the idle time of its first use.
  idleExpiresAt: rotatesRefreshTokens(client) ? family.idleExpiresAt : family.expiresAt,
});
