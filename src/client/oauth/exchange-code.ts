import {
  authorizationCodeGrantRequest,
  expectNoNonce,
  processAuthorizationCodeResponse,
  validateAuthResponse,
} from "oauth4webapi";
import {
  authenticationOf,
  type OAuthClient,
  registrationOf,
  requestOptions,
  usesOpenId,
} from "./oauth-client.ts";
import { type OAuthFailure, orFailure } from "./oauth-failure.ts";
import { findServerMetadata } from "./server-metadata.ts";
import type { SignInAttempt, SignInOptions } from "./sign-in-attempt.ts";
import { type TokenSet, tokenSetOf } from "./token-set.ts";

type Callback = {
  /** The URL that the browser was redirected to. */
  readonly url: URL;
  readonly redirectUri: string;
  readonly attempt: SignInAttempt;
  /** `maxAge` of the request: the ID token must then prove it (OpenID Connect Core §3.1.3.7, rule 13). */
  readonly maxAge?: SignInOptions["maxAge"];
  readonly headers?: Record<string, string>;
};

/**
 * Validates an authorization response and exchanges its code. Checks `state`, `iss` (RFC 9207), PKCE, and `iss`,
 * `aud`, `exp`, `nonce` of the ID token. The ID token comes from the token endpoint over TLS or a service binding, so
 * that its signature need not be checked (OpenID Connect Core §3.1.3.7, rule 6).
 */
export function exchangeCode(client: OAuthClient, callback: Callback): Promise<TokenSet | OAuthFailure> {
  const { url, redirectUri, attempt, maxAge, headers } = callback;
  return orFailure(async () => {
    const server = await findServerMetadata(client);
    const registration = registrationOf(client);
    const parameters = validateAuthResponse(server, registration, url, attempt.state);
    const response = await authorizationCodeGrantRequest(
      server,
      registration,
      authenticationOf(client),
      parameters,
      redirectUri,
      attempt.verifier,
      { ...requestOptions(client), headers, additionalParameters: resourceOf(client) },
    );
    const hasIdToken = usesOpenId(client);
    const tokens = await processAuthorizationCodeResponse(server, registration, response, {
      expectedNonce: hasIdToken ? attempt.nonce : expectNoNonce,
      requireIdToken: hasIdToken,
      maxAge,
    });
    return tokenSetOf(tokens);
  });
}

/** RFC 8707 §2.2: the resource of the access token. */
export const resourceOf = ({ resource }: OAuthClient): Record<string, string> =>
  resource === undefined ? {} : { resource };
