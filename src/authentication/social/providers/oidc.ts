import { createLocalJWKSet, errors, type JSONWebKeySet, type JWTPayload, jwtVerify } from "jose";
import {
  type AuthorizationServer,
  discoveryRequest,
  processDiscoveryResponse,
  processUserInfoResponse,
  userInfoRequest,
} from "oauth4webapi";
import { HOUR, SECOND } from "../../../core/clock.ts";
import { hashOneTimeToken } from "../../../core/crypto/one-time-token.ts";
import { ProviderError } from "../../../core/provider-error.ts";
import { authenticatedAt, demandNewSignIn } from "./auth-time.ts";
import {
  buildAuthorizationUrl,
  CLOCK_TOLERANCE,
  type ProviderDeps,
  requestOptions,
  requestTokens,
  toResult,
} from "./code-flow.ts";
import { emailTrustOf } from "./email-trust.ts";
import { parseProfile, withIssuer } from "./parse-profile.ts";
import type { OAuthTransaction, Profile, SocialProvider, VerifiedToken } from "./provider.ts";
import { createProviderFetch, fetchProviderJson, type ProviderFetch, Refused } from "./provider-fetch.ts";
import { revocationEndpoint, revocationFailure, revokeRefreshToken } from "./revoke-token.ts";
import type { ClientSettings } from "./settings.ts";

/** Milliseconds for which a discovery document or key set is cached. */
const CACHE_TTL_MS = HOUR;
/** Milliseconds before a key set without the requested key is read again. */
const KEY_SET_REREAD_MS = 10 * SECOND;

/** Seconds. The token of a client application has no nonce of this service, so its age limits replay. */
const MAX_TOKEN_AGE = HOUR / SECOND;

/** Asymmetric algorithms only: with a shared secret, this service could forge the provider's tokens. */
const ALGORITHMS = [
  "RS256",
  "RS384",
  "RS512",
  "PS256",
  "PS384",
  "PS512",
  "ES256",
  "ES384",
  "ES512",
  "EdDSA",
  "Ed25519",
];

type VerificationOptions = {
  /** Seconds since `iat`, at most. */
  readonly maxTokenAge?: number;
  /** Accepts a token that another client (`azp`) of the same owner obtained for this audience. */
  readonly forNativeClients?: boolean;
};

/** Differences between providers. */
type ProviderOptions = {
  readonly forNativeClients?: boolean;
  /** Whether the provider supports `prompt=login` and `max_age`. Otherwise a session of its own is always enough. */
  readonly provesSignIn?: boolean;
  /** Whether the provider knows the current owner of a verified address; otherwise the address is only `implied`. */
  readonly isAuthoritative?: (claims: Readonly<Record<string, unknown>>) => boolean;
};

/** An OpenID Connect provider, configured by discovery. */
export function createOidc(
  settings: ClientSettings,
  deps: ProviderDeps,
  { forNativeClients = false, provesSignIn = true, isAuthoritative = () => true }: ProviderOptions = {},
): SocialProvider {
  const { clock, timeout } = deps;
  const demandOf = (transaction: OAuthTransaction) => (provesSignIn ? transaction : ANY_SIGN_IN);
  const parse = (server: AuthorizationServer, claims: Readonly<Record<string, unknown>>) =>
    openIdProfile(server, settings, claims, isAuthoritative(claims));
  return {
    name: settings.name,
    tokenKind: "id_token",
    authorizationUrl: (transaction) =>
      toResult(deps, async () => {
        const server = await discover(createProviderFetch(timeout), settings, deps);
        const url = await buildAuthorizationUrl(server, settings, "openid email profile", transaction);
        url.searchParams.set("nonce", transaction.nonce);
        demandNewSignIn(url, demandOf(transaction));
        return url.href;
      }),
    exchangeCode: (callback, transaction) =>
      toResult(deps, async () => {
        const providerFetch = createProviderFetch(timeout);
        const server = await discover(providerFetch, settings, deps);
        let claims: JWTPayload = {};
        // Before the library validates the response: a forged ID token is a refusal, not a provider error.
        const checkResponse = async ({ id_token }: { readonly id_token?: unknown }) => {
          if (typeof id_token !== "string") return;
          claims = await verifyIdToken(providerFetch, server, settings, deps, id_token);
          if (claims.nonce !== transaction.nonce) throw new Refused();
        };
        const { nonce } = transaction;
        const request = { server, settings, callback, transaction, nonce, checkResponse };
        const tokens = await requestTokens(providerFetch, clock, request);
        const at = authenticatedAt(claims, demandOf(transaction));
        const refreshToken = revocationEndpoint(server) === null ? undefined : tokens.refresh_token;
        const isComplete = "email" in claims || server.userinfo_endpoint === undefined;
        const user = isComplete
          ? claims
          : await readUserInfo(providerFetch, server, settings, tokens.access_token, claims);
        return { ...parse(server, user), authenticatedAt: at, refreshToken };
      }),
    revokeToken: async (token) => {
      try {
        const providerFetch = createProviderFetch(timeout);
        const server = await discover(providerFetch, settings, deps);
        return await revokeRefreshToken(providerFetch, server, settings, token);
      } catch (cause) {
        return revocationFailure(cause);
      }
    },
    verifyToken: ({ token, nonce }) =>
      toResult(deps, async (): Promise<VerifiedToken> => {
        const providerFetch = createProviderFetch(timeout);
        const server = await discover(providerFetch, settings, deps);
        const options = { maxTokenAge: MAX_TOKEN_AGE, forNativeClients };
        const claims = await verifyIdToken(providerFetch, server, settings, deps, token, options);
        if (nonce !== undefined && claims.nonce !== nonce) throw new Refused();
        const acceptedUntil = (claims.iat ?? 0) + MAX_TOKEN_AGE;
        const expiresAt = (Math.min(claims.exp ?? 0, acceptedUntil) + CLOCK_TOLERANCE + 1) * SECOND;
        // The signed part: the bytes of a signature can be changed without making it invalid.
        const tokenHash = await hashOneTimeToken(token.slice(0, token.lastIndexOf(".")));
        const profile = { ...parse(server, claims), authenticatedAt: authenticatedAt(claims, ANY_SIGN_IN) };
        return { profile, idToken: { tokenHash, expiresAt } };
      }),
  };
}

const ANY_SIGN_IN = { newSignInSince: null };

/** OpenID Connect Discovery 1.0 §4. The document must name the requested issuer. */
const discover = (
  providerFetch: ProviderFetch,
  { issuer }: ClientSettings,
  deps: ProviderDeps,
): Promise<AuthorizationServer> =>
  cached(deps, issuer, CACHE_TTL_MS, async () => {
    const url = new URL(issuer);
    const server = await processDiscoveryResponse(
      url,
      await discoveryRequest(url, requestOptions(providerFetch, issuer)),
    );
    return requireEndpoints(server);
  });

/** Checks the endpoints before the document is cached: browsers and secrets are sent to them. */
function requireEndpoints(server: AuthorizationServer): AuthorizationServer {
  const { issuer, authorization_endpoint, token_endpoint, jwks_uri } = server;
  for (const endpoint of [authorization_endpoint, token_endpoint, jwks_uri]) {
    const { protocol } = new URL(endpoint ?? "");
    if (protocol !== "https:" && !issuer.startsWith("http:")) throw new ProviderError("bad_answer");
  }
  return server;
}

/**
 * Verifies an ID token (Core 1.0 §3.1.3.7): signature, issuer, audience and times. The code flow checks the nonce; the
 * nonce of a client application's token is checked if the application sends it.
 */
async function verifyIdToken(
  providerFetch: ProviderFetch,
  server: AuthorizationServer,
  { clientId }: ClientSettings,
  deps: ProviderDeps,
  token: string,
  { maxTokenAge, forNativeClients }: VerificationOptions = {},
): Promise<JWTPayload> {
  const verify = async (maxAge: number) =>
    jwtVerify(token, createLocalJWKSet(await readKeySet(providerFetch, server, deps, maxAge)), {
      issuer: server.issuer,
      audience: clientId,
      algorithms: ALGORITHMS,
      requiredClaims: ["exp", "iat", "sub"],
      clockTolerance: CLOCK_TOLERANCE,
      maxTokenAge,
      currentDate: new Date(deps.clock.now()),
    });
  const { payload, protectedHeader } = await verify(CACHE_TTL_MS).catch((cause) => {
    // The provider may have added a key. The pause keeps unknown key ids from causing load on the provider.
    if (cause instanceof errors.JWKSNoMatchingKey) return verify(KEY_SET_REREAD_MS);
    throw cause;
  });
  // RFC 8725 §3.11: an access token of the same issuer may have this audience, too.
  if (protectedHeader.typ !== undefined && !/^jwt$/i.test(protectedHeader.typ)) throw new Refused();
  const hasSeveralAudiences = Array.isArray(payload.aud) && payload.aud.length > 1;
  const mayHaveOtherParty = forNativeClients || payload.azp === undefined;
  if (payload.azp !== clientId && (hasSeveralAudiences || !mayHaveOtherParty)) throw new Refused();
  if (typeof payload.sub !== "string") throw new Refused();
  return payload;
}

const readKeySet = (
  providerFetch: ProviderFetch,
  server: AuthorizationServer,
  deps: ProviderDeps,
  maxAge: number,
) =>
  cached(deps, `keys of ${server.issuer}`, maxAge, async () => {
    const keySet = (await fetchProviderJson(
      providerFetch,
      server.jwks_uri ?? "",
    )) as unknown as JSONWebKeySet;
    // Throws for an invalid key set, which must not be cached.
    createLocalJWKSet(keySet);
    return keySet;
  });

/** Reads the userinfo endpoint: an ID token may omit the email address (Core 1.0 §5.4). */
async function readUserInfo(
  providerFetch: ProviderFetch,
  server: AuthorizationServer,
  { clientId }: ClientSettings,
  accessToken: string,
  claims: JWTPayload,
) {
  const client = { client_id: clientId };
  const response = await userInfoRequest(
    server,
    client,
    accessToken,
    requestOptions(providerFetch, server.issuer),
  );
  return processUserInfoResponse(server, client, claims.sub ?? "", response);
}

function openIdProfile(
  { issuer }: AuthorizationServer,
  { email: authority }: ClientSettings,
  claims: Readonly<Record<string, unknown>>,
  isAuthoritative: boolean,
): Profile {
  const { sub: subject, email, email_verified: claim, name } = claims;
  // Some providers send a string. Every other value means unverified.
  const verified = claim === undefined ? "unstated" : claim === true || claim === "true";
  const emailTrust = emailTrustOf(authority, { email, verified, isAuthoritative });
  const profile = parseProfile({ subject, email, emailTrust, name });
  // Core 1.0 §2: a subject is unique only within its issuer.
  return withIssuer(issuer, profile);
}

async function cached<T>(
  { cache, clock }: ProviderDeps,
  name: string,
  maxAge: number,
  read: () => Promise<T>,
): Promise<T> {
  const entry = cache.get(name);
  if (entry && clock.now() - entry.readAt < maxAge) return entry.value as T;
  const value = await read();
  cache.set(name, { value, readAt: clock.now() });
  return value;
}
