import { getValidatedIdTokenClaims, type IDToken, type TokenEndpointResponse } from "oauth4webapi";

/** A successful token response (RFC 6749 §5.1). */
export type TokenSet = {
  readonly ok: true;
  readonly accessToken: string;
  /** Lifetime in seconds. */
  readonly expiresIn: number;
  readonly refreshToken?: string;
  readonly idToken?: string;
  /** The validated claims of the ID token. */
  readonly claims?: IDToken;
  /** The granted scopes, if the server names them. */
  readonly scope?: string;
};

/** Seconds. RFC 6749 §5.1 recommends `expires_in` and does not require it. */
const DEFAULT_LIFETIME = 300;

export const tokenSetOf = (response: TokenEndpointResponse): TokenSet => ({
  ok: true,
  accessToken: response.access_token,
  expiresIn: response.expires_in ?? DEFAULT_LIFETIME,
  refreshToken: response.refresh_token,
  idToken: response.id_token,
  claims: getValidatedIdTokenClaims(response),
  scope: response.scope,
});
