import { createLocalJWKSet, errors, type JSONWebKeySet, type JWTPayload, jwtVerify } from "jose";
import {
  type AuthorizationServer,
  discoveryRequest,
  processDiscoveryResponse,
  processUserInfoResponse,
  userInfoRequest,
} from "oauth4webapi";
import { HOUR, SECOND } from "../../../core/clock.ts";
import { ProviderError } from "../../../core/provider-error.ts";
import {
  authorizationUrl,
  CLOCK_TOLERANCE,
  exchangeCode,
  optionsOf,
  outcomeOf,
  type ProviderDeps,
} from "./code-flow.ts";
import { ofIssuer, profileOf } from "./profile.ts";
import type { EmailTrust, Profile, SocialProvider } from "./provider.ts";
import { createProviderFetch, fetchProviderJson, type ProviderFetch, Refused } from "./provider-fetch.ts";
import type { ClientSettings } from "./settings.ts";

/** How long what a provider says of itself is believed; keys that it lacks are looked for sooner. */
const CACHE_LIFE = HOUR;
const REREAD_PAUSE = 10 * SECOND;

/** Seconds. An app's token has no nonce of ours: what makes it fresh is its age. */
const APP_TOKEN_AGE = HOUR / SECOND;

/** Signatures alone: a shared secret would let us sign for the provider. */
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

/** How an ID token came here. */
type Way = {
  /** Seconds since it was issued, at most. */
  readonly maxTokenAge?: number;
  /** Whether another client of the same owner may have got it for us. */
  readonly forNativeClients?: boolean;
};

/** In what a provider is not like any other. */
type Ways = {
  readonly forNativeClients?: boolean;
  /** Whether it knows whose a verified address is today; one that does not has only asked once. */
  readonly isAuthoritative?: (claims: Readonly<Record<string, unknown>>) => boolean;
};

/** A provider that speaks OpenID Connect, by the discovery of its issuer. */
export function createOidc(
  settings: ClientSettings,
  deps: ProviderDeps,
  { forNativeClients = false, isAuthoritative = () => true }: Ways = {},
): SocialProvider {
  const { clock, timeout } = deps;
  const profileIn = (server: AuthorizationServer, claims: Readonly<Record<string, unknown>>) =>
    openIdProfile(server, claims, isAuthoritative(claims) ? "verified" : "implied");
  return {
    name: settings.name,
    appToken: "id_token",
    authorize: (transaction) =>
      outcomeOf(deps, async () => {
        const server = await discover(createProviderFetch(timeout), settings, deps);
        const url = await authorizationUrl(server, settings, "openid email profile", transaction);
        url.searchParams.set("nonce", transaction.nonce);
        return url.href;
      }),
    finish: (callback, transaction) =>
      outcomeOf(deps, async () => {
        const ask = createProviderFetch(timeout);
        const server = await discover(ask, settings, deps);
        let claims: JWTPayload = {};
        // Before the library looks: a forged token is a refusal, and no trouble of the provider's.
        const look = async ({ id_token }: { readonly id_token?: unknown }) => {
          if (typeof id_token !== "string") return;
          claims = await verifyIdToken(ask, server, settings, deps, id_token);
          if (claims.nonce !== transaction.nonce) throw new Refused();
        };
        const { nonce } = transaction;
        const exchange = { server, settings, callback, transaction, nonce, look };
        const tokens = await exchangeCode(ask, clock, exchange);
        if ("email" in claims || server.userinfo_endpoint === undefined) return profileIn(server, claims);
        return profileIn(server, await userInfo(ask, server, settings, tokens.access_token, claims));
      }),
    inspect: (token) =>
      outcomeOf(deps, async () => {
        const ask = createProviderFetch(timeout);
        const server = await discover(ask, settings, deps);
        const way = { maxTokenAge: APP_TOKEN_AGE, forNativeClients };
        return profileIn(server, await verifyIdToken(ask, server, settings, deps, token, way));
      }),
  };
}

/** OpenID Connect Discovery 1.0 §4. The document has to name the issuer that it was asked of. */
const discover = (
  ask: ProviderFetch,
  { issuer }: ClientSettings,
  deps: ProviderDeps,
): Promise<AuthorizationServer> =>
  remembered(deps, issuer, CACHE_LIFE, async () => {
    const url = new URL(issuer);
    const server = await processDiscoveryResponse(url, await discoveryRequest(url, optionsOf(ask, issuer)));
    return requireEndpoints(server);
  });

/** Looked at before it is remembered: it comes from somewhere else, and sends browsers and secrets on. */
function requireEndpoints(server: AuthorizationServer): AuthorizationServer {
  const { issuer, authorization_endpoint, token_endpoint, jwks_uri } = server;
  for (const endpoint of [authorization_endpoint, token_endpoint, jwks_uri]) {
    const { protocol } = new URL(endpoint ?? "");
    if (protocol !== "https:" && !issuer.startsWith("http:")) throw new ProviderError("bad_answer");
  }
  return server;
}

/**
 * Core 1.0 §3.1.3.7, signature included, wherever the token comes from: issuer, audience, times. The
 * nonce is that of the code flow, and checked there; an app's token has none that we know of.
 */
async function verifyIdToken(
  ask: ProviderFetch,
  server: AuthorizationServer,
  { clientId }: ClientSettings,
  deps: ProviderDeps,
  token: string,
  { maxTokenAge, forNativeClients }: Way = {},
): Promise<JWTPayload> {
  const verify = async (maxAge: number) =>
    jwtVerify(token, createLocalJWKSet(await keysOf(ask, server, deps, maxAge)), {
      issuer: server.issuer,
      audience: clientId,
      algorithms: ALGORITHMS,
      requiredClaims: ["exp", "iat", "sub"],
      clockTolerance: CLOCK_TOLERANCE,
      maxTokenAge,
      currentDate: new Date(deps.clock.now()),
    });
  const { payload, protectedHeader } = await verify(CACHE_LIFE).catch((cause) => {
    // A key that is new since the set was read; an unknown one must not become load on the provider.
    if (cause instanceof errors.JWKSNoMatchingKey) return verify(REREAD_PAUSE);
    throw cause;
  });
  // RFC 8725 §3.11: an access token of the same issuer may name us as its audience, too.
  if (protectedHeader.typ !== undefined && !/^jwt$/i.test(protectedHeader.typ)) throw new Refused();
  const isSharedWithOthers = Array.isArray(payload.aud) && payload.aud.length > 1;
  const mayBeAnothers = forNativeClients || payload.azp === undefined;
  if (payload.azp !== clientId && (isSharedWithOthers || !mayBeAnothers)) throw new Refused();
  if (typeof payload.sub !== "string") throw new Refused();
  return payload;
}

const keysOf = (ask: ProviderFetch, server: AuthorizationServer, deps: ProviderDeps, maxAge: number) =>
  remembered(deps, `keys of ${server.issuer}`, maxAge, async () => {
    const keySet = (await fetchProviderJson(ask, server.jwks_uri ?? "")) as unknown as JSONWebKeySet;
    // Throws for what is none: garbage must not be remembered.
    createLocalJWKSet(keySet);
    return keySet;
  });

/** Where the ID token leaves the address out, which it may (Core 1.0 §5.4). */
async function userInfo(
  ask: ProviderFetch,
  server: AuthorizationServer,
  { clientId }: ClientSettings,
  accessToken: string,
  claims: JWTPayload,
) {
  const client = { client_id: clientId };
  const response = await userInfoRequest(server, client, accessToken, optionsOf(ask, server.issuer));
  return processUserInfoResponse(server, client, claims.sub ?? "", response);
}

function openIdProfile(
  { issuer }: AuthorizationServer,
  claims: Readonly<Record<string, unknown>>,
  trust: EmailTrust,
): Profile {
  const profile = profileOf({
    subject: claims.sub,
    email: claims.email,
    // Some say it as text; anything but a plain yes is a no.
    emailTrust: [true, "true"].includes(claims.email_verified as string) ? trust : "unverified",
    name: claims.name,
  });
  // Core 1.0 §2: a subject is its issuer's.
  return ofIssuer(issuer, profile);
}

async function remembered<T>(
  { cache, clock }: ProviderDeps,
  name: string,
  maxAge: number,
  read: () => Promise<T>,
): Promise<T> {
  const known = cache.get(name);
  if (known && clock.now() - known.readAt < maxAge) return known.value as T;
  const value = await read();
  cache.set(name, { value, readAt: clock.now() });
  return value;
}
