import {
  calculatePKCECodeChallenge,
  generateRandomCodeVerifier,
  generateRandomNonce,
  generateRandomState,
} from "oauth4webapi";
import { type OAuthClient, scopesOf, usesOpenId } from "./oauth-client.ts";
import { findServerMetadata } from "./server-metadata.ts";

/** The secrets that bind an authorization response to the browser that sent the request (RFC 9700 §2.1.1). */
export type SignInAttempt = { readonly state: string; readonly verifier: string; readonly nonce: string };

/** Parameters of OpenID Connect Core §3.1.2.1 that an app may add. */
export type SignInOptions = {
  /** `none` asks no question: without a session at Gatehouse, the response is the error `login_required`. */
  readonly prompt?: "none" | "login" | "consent" | "select_account";
  /** Seconds since the last authentication; an older one is repeated. */
  readonly maxAge?: number;
  /** Required authentication context classes, in order of preference. */
  readonly acrValues?: readonly string[];
  /** An email address for the sign-in form. */
  readonly loginHint?: string;
  /** Languages of the pages, such as `["de", "en"]`. */
  readonly uiLocales?: readonly string[];
};

export const newSignInAttempt = (): SignInAttempt => ({
  state: generateRandomState(),
  verifier: generateRandomCodeVerifier(),
  nonce: generateRandomNonce(),
});

/** The URL of the authorization request: code flow with PKCE S256 (OAuth 2.1 §4.1.1). */
export async function authorizationUrl(
  client: OAuthClient,
  redirectUri: string,
  attempt: SignInAttempt,
  options: SignInOptions = {},
): Promise<URL> {
  const { authorization_endpoint } = await findServerMetadata(client);
  if (authorization_endpoint === undefined) throw new Error("The server has no authorization endpoint.");
  const parameters = {
    response_type: "code",
    client_id: client.clientId,
    redirect_uri: redirectUri,
    scope: scopesOf(client).join(" "),
    state: attempt.state,
    code_challenge: await calculatePKCECodeChallenge(attempt.verifier),
    code_challenge_method: "S256",
    nonce: usesOpenId(client) ? attempt.nonce : undefined,
    resource: client.resource,
    prompt: options.prompt,
    max_age: options.maxAge?.toString(),
    acr_values: options.acrValues?.join(" "),
    login_hint: options.loginHint,
    ui_locales: options.uiLocales?.join(" "),
  };
  const url = new URL(authorization_endpoint);
  for (const [name, value] of Object.entries(parameters)) {
    if (value !== undefined && value !== "") url.searchParams.set(name, value);
  }
  return url;
}
