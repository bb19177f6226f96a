import {
  allowInsecureRequests,
  type Client,
  type ClientAuth,
  ClientSecretBasic,
  customFetch,
  None,
} from "oauth4webapi";
import { clock } from "../clock.ts";
import { type Fetch, sendRequest } from "../fetch.ts";
import { isLoopbackHttp, requireIssuer } from "../issuer.ts";

/** An OAuth client as it is registered at Gatehouse. */
export type OAuthClient = {
  /** PUBLIC_URL of Gatehouse, character for character: `https://auth.example.com`. */
  readonly issuer: string;
  readonly clientId: string;
  /** Of a confidential client. Public clients have none. */
  readonly clientSecret?: string;
  /** The URI of the API that access tokens are for (RFC 8707). */
  readonly resource?: string;
  /** By default `openid profile email`. */
  readonly scopes?: readonly string[];
  /** Sends the requests to Gatehouse, such as `(url, init) => env.GATEHOUSE.fetch(url, init)` over a service binding. */
  readonly fetch?: Fetch;
};

export const DEFAULT_SCOPES: readonly string[] = ["openid", "profile", "email"];

export const scopesOf = ({ scopes = DEFAULT_SCOPES }: OAuthClient): readonly string[] => scopes;

/** Whether the client asks for an ID token. */
export const usesOpenId = (client: OAuthClient): boolean => scopesOf(client).includes("openid");

/** Throws a TypeError for a client that can never work. */
export function requireClient({ issuer, clientId }: OAuthClient): void {
  requireIssuer(issuer);
  if (!clientId) throw new TypeError("clientId is required");
}

/** The client as oauth4webapi takes it. */
export const registrationOf = ({ clientId }: OAuthClient): Client => ({ client_id: clientId });

/** How the client authenticates at the token endpoint (RFC 6749 §2.3.1). */
export const authenticationOf = ({ clientSecret }: OAuthClient): ClientAuth =>
  clientSecret === undefined ? None() : ClientSecretBasic(clientSecret);

/** Options of each request of oauth4webapi: the transport, a timeout, no redirects, http on loopback only. */
export const requestOptions = ({ issuer, fetch }: Pick<OAuthClient, "issuer" | "fetch">) => ({
  [customFetch]: (url: string, init: RequestInit) => sendRequest(fetch, url, init),
  [allowInsecureRequests]: isLoopbackHttp(new URL(issuer)),
  signal: AbortSignal.timeout(clock.timeoutMs),
});
