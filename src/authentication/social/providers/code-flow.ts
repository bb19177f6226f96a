import {
  type AuthorizationServer,
  allowInsecureRequests,
  authorizationCodeGrantRequest,
  type Client,
  type ClientAuth,
  calculatePKCECodeChallenge,
  clockSkew,
  clockTolerance,
  customFetch,
  nopkce,
  processAuthorizationCodeResponse,
  ResponseBodyError,
  type TokenEndpointResponse,
  validateAuthResponse,
} from "oauth4webapi";
import { type Clock, SECOND } from "../../../core/clock.ts";
import {
  type OnProviderError,
  type ProviderErrorKind,
  providerErrorKind,
} from "../../../core/provider-error.ts";
import { err, ok, type Result } from "../../../core/result.ts";
import type { ClientSettings } from "./client-settings.ts";
import type { OAuthTransaction, ProviderFailure } from "./provider.ts";
import { type ProviderFetch, Refused } from "./provider-fetch.ts";

/** Seconds by which a provider's clock may differ from ours. */
export const CLOCK_TOLERANCE = 30;

export type ProviderDeps = {
  readonly clock: Clock;
  /** Milliseconds for all requests of one operation. */
  readonly timeout: number;
  readonly cache: MetadataCache;
  /** Reports the kind of an error for the log; results only say `unavailable`. */
  readonly onProviderError: OnProviderError;
};

/** The discovery documents and key sets that an isolate caches: values only, since requests must not share promises. */
export type MetadataCache = Map<string, { readonly value: unknown; readonly readAt: number }>;

/** The library reads the system's time; its clock skew makes it use the injected clock. */
const clientOf = ({ clientId }: Pick<ClientSettings, "clientId">, clock: Clock): Client => ({
  client_id: clientId,
  [clockSkew]: Math.floor(clock.now() / SECOND) - Math.floor(Date.now() / SECOND),
  [clockTolerance]: CLOCK_TOLERANCE,
});

/** Allows plain HTTP for an http issuer, which configuration accepts in development only. */
export const requestOptions = (providerFetch: ProviderFetch, issuer: string) => ({
  [customFetch]: providerFetch as typeof fetch,
  [allowInsecureRequests]: issuer.startsWith("http:"),
});

/** The URL of the authorization request (RFC 6749 §4.1.1), with PKCE (RFC 7636) unless the provider rejects it. */
export async function buildAuthorizationUrl(
  server: AuthorizationServer,
  client: Pick<ClientSettings, "clientId">,
  scope: string,
  transaction: OAuthTransaction,
  { usesPkce = true }: { readonly usesPkce?: boolean | undefined } = {},
): Promise<URL> {
  const url = new URL(server.authorization_endpoint ?? "");
  url.searchParams.set("response_type", "code");
  url.searchParams.set("client_id", client.clientId);
  url.searchParams.set("redirect_uri", transaction.redirectUri);
  url.searchParams.set("scope", scope);
  url.searchParams.set("state", transaction.state);
  if (!usesPkce) return url;
  url.searchParams.set("code_challenge", await calculatePKCECodeChallenge(transaction.codeVerifier));
  url.searchParams.set("code_challenge_method", "S256");
  return url;
}

type TokenRequest = {
  readonly server: AuthorizationServer;
  readonly settings: Pick<ClientSettings, "clientId">;
  readonly clientAuth: ClientAuth;
  readonly callback: URLSearchParams;
  readonly transaction: OAuthTransaction;
  readonly usesPkce?: boolean | undefined;
  /** For OpenID Connect only. */
  readonly nonce?: string | undefined;
  /** Whether an ID token is required although it has no nonce. */
  readonly requiresIdToken?: boolean;
  /** The issuer of the ID token, once `checkResponse` has verified it. By default that of the server. */
  readonly tokenIssuer?: () => string;
  /** Checks the token response before the library does, and throws `Refused` where the library would report an error. */
  readonly checkResponse: (body: {
    readonly error?: unknown;
    readonly id_token?: unknown;
  }) => void | Promise<void>;
};

/** Validates state and issuer of the callback, exchanges its code for tokens and validates the claims of an ID token. */
export async function requestTokens(
  providerFetch: ProviderFetch,
  clock: Clock,
  request: TokenRequest,
): Promise<TokenEndpointResponse> {
  const { server, settings, clientAuth, callback, transaction, nonce, checkResponse } = request;
  const client = clientOf(settings, clock);
  const parameters = validateCallback(server, client, callback, transaction.state);
  const response = await authorizationCodeGrantRequest(
    server,
    client,
    clientAuth,
    parameters,
    transaction.redirectUri,
    request.usesPkce === false ? nopkce : transaction.codeVerifier,
    requestOptions(providerFetch, server.issuer),
  );
  const body: unknown = await response
    .clone()
    .json()
    .catch(() => null);
  await checkResponse(body ?? {});
  const issuer = request.tokenIssuer?.() ?? server.issuer;
  return processAuthorizationCodeResponse({ ...server, issuer }, client, response, {
    ...(nonce === undefined ? {} : { expectedNonce: nonce }),
    requireIdToken: nonce !== undefined || request.requiresIdToken === true,
  });
}

/** An invalid callback is a refusal, not a provider error: the browser sends it. */
function validateCallback(...input: Parameters<typeof validateAuthResponse>): URLSearchParams {
  try {
    return validateAuthResponse(...input);
  } catch {
    throw new Refused();
  }
}

/** Error codes of invalid claims and signatures. */
const REFUSAL_CODES = /^(OAUTH_JWT_|OAUTH_JSON_ATTRIBUTE_COMPARISON|ERR_J(?!WKS_INVALID))/;

/** Runs one operation of a provider and turns its exceptions into a result. */
export async function toResult<T>(
  { onProviderError }: Pick<ProviderDeps, "onProviderError">,
  run: () => Promise<T>,
): Promise<Result<T, ProviderFailure>> {
  try {
    return ok(await run());
  } catch (cause) {
    if (isRefusal(cause)) return err("refused");
    onProviderError(errorKind(cause));
    return err("unavailable");
  }
}

const codeOf = (cause: unknown): string =>
  cause instanceof Error && "code" in cause ? String(cause.code) : "";

const isRefusal = (cause: unknown): boolean =>
  cause instanceof Refused ||
  (cause instanceof ResponseBodyError ? cause.error === "invalid_grant" : REFUSAL_CODES.test(codeOf(cause)));

/** Classifies the errors of oauth4webapi and jose. */
function errorKind(cause: unknown): ProviderErrorKind {
  if (cause instanceof ResponseBodyError) return "error_named";
  if (codeOf(cause) === "OAUTH_RESPONSE_IS_NOT_CONFORM") return "bad_status";
  return /^(OAUTH_|ERR_J)/.test(codeOf(cause)) ? "bad_answer" : providerErrorKind(cause);
}
