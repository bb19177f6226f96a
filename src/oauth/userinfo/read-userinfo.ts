import type { JWTPayload } from "jose";
import { err, ok, type Result } from "../../core/result.ts";
import { type AccessTokenDeps, verifyAnyAccessToken } from "../../sessions/access-token.ts";
import { userinfoUrl } from "../endpoints.ts";
import type { OAuthError } from "../oauth-error.ts";
import { claimsOfScopes } from "../scope-claims.ts";
import type { UserinfoStore } from "./store.ts";

export type ReadUserinfoDeps = Pick<AccessTokenDeps, "keyRing" | "clock"> & {
  readonly settings: { readonly publicUrl: string };
  readonly userinfo: UserinfoStore;
};

/**
 * The claims of the user that the scopes of an access token give (OpenID Connect Core §5.3). The session and the account
 * are read from D1, so that the claims are those of now, and a revoked token gets none.
 */
export async function readUserinfo(
  deps: ReadUserinfoDeps,
  token: string,
): Promise<Result<{ readonly accountId: string; readonly claims: JWTPayload }, OAuthError>> {
  const { publicUrl } = deps.settings;
  const verified = await verifyAnyAccessToken(deps, token, { audiences: [userinfoUrl(deps.settings)] });
  if (!verified.ok || verified.value.kind !== "user") return err(INVALID_TOKEN);
  const { accountId, scope } = verified.value;
  const account = await deps.userinfo.findAccount(verified.value, deps.clock.now());
  if (!account) return err(INVALID_TOKEN);
  return ok({ accountId, claims: { sub: accountId, ...claimsOfScopes(account, scope, publicUrl) } });
}

const INVALID_TOKEN: OAuthError = {
  error: "invalid_token",
  description: "The access token is wrong, expired or revoked, or was not issued for the scope openid.",
};
