import {
  type AuthorizationServer,
  allowInsecureRequests,
  authorizationCodeGrantRequest,
  type Client,
  ClientSecretPost,
  calculatePKCECodeChallenge,
  clockSkew,
  clockTolerance,
  customFetch,
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
import type { OAuthTransaction, ProviderFailure } from "./provider.ts";
import { type ProviderFetch, Refused } from "./provider-fetch.ts";
import type { ClientSettings } from "./settings.ts";

/** Seconds by which a provider's clock may differ from ours. */
export const CLOCK_TOLERANCE = 30;

export type ProviderDeps = {
  readonly clock: Clock;
  /** Milliseconds for all the requests of one step. */
  readonly timeout: number;
  readonly cache: MetadataCache;
  /** Hears of what goes wrong, since an outcome says no more than that it did. */
  readonly onProviderError: OnProviderError;
};

/** What an isolate remembers of providers: finished values only, never promises. */
export type MetadataCache = Map<string, { readonly value: unknown; readonly readAt: number }>;

/** The library's time is the system's; ours is an argument. */
const clientOf = ({ clientId }: ClientSettings, clock: Clock): Client => ({
  client_id: clientId,
  [clockSkew]: Math.floor(clock.now() / SECOND) - Math.floor(Date.now() / SECOND),
  [clockTolerance]: CLOCK_TOLERANCE,
});

/** Plain HTTP is for a laptop: configuration lets it through there alone. */
export const optionsOf = (ask: ProviderFetch, issuer: string) => ({
  [customFetch]: ask as typeof fetch,
  [allowInsecureRequests]: issuer.startsWith("http:"),
});

/** RFC 6749 §4.1.1, with PKCE (RFC 7636): the address of the provider's own page. */
export async function authorizationUrl(
  server: AuthorizationServer,
  client: ClientSettings,
  scope: string,
  transaction: OAuthTransaction,
): Promise<URL> {
  const url = new URL(server.authorization_endpoint ?? "");
  url.searchParams.set("response_type", "code");
  url.searchParams.set("client_id", client.clientId);
  url.searchParams.set("redirect_uri", transaction.redirectUri);
  url.searchParams.set("scope", scope);
  url.searchParams.set("state", transaction.state);
  url.searchParams.set("code_challenge", await calculatePKCECodeChallenge(transaction.codeVerifier));
  url.searchParams.set("code_challenge_method", "S256");
  return url;
}

type Exchange = {
  readonly server: AuthorizationServer;
  readonly settings: ClientSettings;
  readonly callback: URLSearchParams;
  readonly transaction: OAuthTransaction;
  /** OpenID Connect alone has one. */
  readonly nonce?: string;
  /** What the provider looks at first in the answer: a refusal that the library would take for trouble. */
  readonly look: (answer: { readonly error?: unknown; readonly id_token?: unknown }) => void | Promise<void>;
};

/** State and issuer of the callback, then its code for tokens, and the claims of an ID token. */
export async function exchangeCode(
  ask: ProviderFetch,
  clock: Clock,
  exchange: Exchange,
): Promise<TokenEndpointResponse> {
  const { server, settings, callback, transaction, nonce, look } = exchange;
  const client = clientOf(settings, clock);
  const parameters = refusing(() => validateAuthResponse(server, client, callback, transaction.state));
  const response = await authorizationCodeGrantRequest(
    server,
    client,
    ClientSecretPost(settings.clientSecret),
    parameters,
    transaction.redirectUri,
    transaction.codeVerifier,
    optionsOf(ask, server.issuer),
  );
  const answer: unknown = await response
    .clone()
    .json()
    .catch(() => null);
  await look(answer ?? {});
  const expected = nonce === undefined ? {} : { expectedNonce: nonce, requireIdToken: true };
  return processAuthorizationCodeResponse(server, client, response, expected);
}

/** Whatever is wrong with the callback itself is no trouble of the provider's. */
function refusing<T>(run: () => T): T {
  try {
    return run();
  } catch {
    throw new Refused();
  }
}

/** Claims that do not fit, a code that is no good, a signature that is not theirs: somebody said no. */
const REFUSALS = /^(OAUTH_JWT_|OAUTH_JSON_ATTRIBUTE_COMPARISON|ERR_J(?!WKS_INVALID))/;

/** The step as an outcome: what a provider does wrong must not throw further up. */
export async function outcomeOf<T>(
  { onProviderError }: Pick<ProviderDeps, "onProviderError">,
  run: () => Promise<T>,
): Promise<Result<T, ProviderFailure>> {
  try {
    return ok(await run());
  } catch (cause) {
    if (isRefusal(cause)) return err("refused");
    onProviderError(protocolTrouble(cause));
    return err("unavailable");
  }
}

const codeOf = (cause: unknown): string =>
  cause instanceof Error && "code" in cause ? String(cause.code) : "";

const isRefusal = (cause: unknown): boolean =>
  cause instanceof Refused ||
  (cause instanceof ResponseBodyError ? cause.error === "invalid_grant" : REFUSALS.test(codeOf(cause)));

/** What the two libraries say of an answer that they cannot read, or the provider of a request of ours. */
function protocolTrouble(cause: unknown): ProviderErrorKind {
  if (cause instanceof ResponseBodyError) return "error_named";
  if (codeOf(cause) === "OAUTH_RESPONSE_IS_NOT_CONFORM") return "bad_status";
  return /^(OAUTH_|ERR_J)/.test(codeOf(cause)) ? "bad_answer" : providerErrorKind(cause);
}
