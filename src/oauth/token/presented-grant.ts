import { hashOneTimeToken } from "../../core/crypto/one-time-token.ts";
import { type RefreshTokenDeps, verifyRefreshToken } from "../../sessions/refresh-token.ts";
import { DEVICE_GRANT_TYPE } from "../device/device-request.ts";
import type { OAuthForm } from "../oauth-form.ts";

/** The code, device code or refresh token of a token request, by the key of its row. */
export type PresentedGrant =
  | { readonly kind: "code"; readonly hash: string }
  | { readonly kind: "device_code"; readonly hash: string }
  | { readonly kind: "refresh_token"; readonly sessionId: string };

/** What such a row allows. The values never change. */
export type AuthorizedAccess = {
  readonly accountId: string;
  /** The URI of the resource. */
  readonly resource: string | null;
  /** Space-separated. */
  readonly scope: string;
};

/**
 * What the request presents. Its access is read before it is consumed: the client may have lost it, and the team's Worker
 * is asked for the claims of the token. Null: the request presents nothing of a valid form.
 */
export async function readPresentedGrant(
  deps: RefreshTokenDeps,
  form: OAuthForm,
  clientId: string,
): Promise<PresentedGrant | null> {
  const { code, deviceCode, refreshToken } = presentedBy(form);
  if (code !== undefined) return { kind: "code", hash: await hashOneTimeToken(code) };
  if (deviceCode !== undefined) return { kind: "device_code", hash: await hashOneTimeToken(deviceCode) };
  if (refreshToken === undefined) return null;
  const claims = await verifyRefreshToken(deps, refreshToken, clientId);
  return claims.ok ? { kind: "refresh_token", sessionId: claims.value.sessionId } : null;
}

function presentedBy(form: OAuthForm) {
  const grantType = form.get("grant_type");
  return {
    code: grantType === "authorization_code" ? form.get("code") : undefined,
    deviceCode: grantType === DEVICE_GRANT_TYPE ? form.get("device_code") : undefined,
    refreshToken: grantType === "refresh_token" ? form.get("refresh_token") : undefined,
  };
}
