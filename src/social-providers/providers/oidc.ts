import { createLocalJWKSet, errors, type JSONWebKeySet, type JWTPayload, jwtVerify } from "jose";
import {
  type AuthorizationServer,
  discoveryRequest,
  processDiscoveryResponse,
  processUserInfoResponse,
  userInfoRequest,
} from "oauth4webapi";
import { HOUR, SECOND } from "../../kernel/clock.ts";
import { type Ask, askJson, Refused, startAsking } from "../ask.ts";
import {
  authorizationUrl,
  CLOCK_TOLERANCE,
  exchangeCode,
  optionsOf,
  outcomeOf,
  type ProviderDeps,
} from "../code-flow.ts";
import type { Profile, SocialProvider } from "../port.ts";
import { profileOf } from "../profile.ts";
import type { ClientSettings } from "../settings.ts";

/** How long what a provider says of itself is believed; keys that it lacks are looked for sooner. */
const CACHE_LIFE = HOUR;
const REREAD_PAUSE = 10 * SECOND;

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

/** A provider that speaks OpenID Connect, by the discovery of its issuer. */
export function createOidc(settings: ClientSettings, deps: ProviderDeps): SocialProvider {
  const { clock, timeout } = deps;
  return {
    name: settings.name,
    appToken: "id_token",
    authorize: (round) =>
      outcomeOf(async () => {
        const server = await discover(startAsking(timeout), settings, deps);
        const url = await authorizationUrl(server, settings, "openid email profile", round);
        url.searchParams.set("nonce", round.nonce);
        return url.href;
      }),
    finish: (callback, round) =>
      outcomeOf(async () => {
        const ask = startAsking(timeout);
        const server = await discover(ask, settings, deps);
        const tokens = await exchangeCode(ask, clock, {
          server,
          settings,
          callback,
          round,
          nonce: round.nonce,
        });
        const claims = await verifyIdToken(ask, server, settings, deps, tokens.id_token ?? "");
        if ("email" in claims || server.userinfo_endpoint === undefined) return openIdProfile(claims);
        return openIdProfile(await userInfo(ask, server, settings, tokens.access_token, claims));
      }),
    inspect: (token) =>
      outcomeOf(async () => {
        const ask = startAsking(timeout);
        const server = await discover(ask, settings, deps);
        return openIdProfile(await verifyIdToken(ask, server, settings, deps, token));
      }),
  };
}

/** OpenID Connect Discovery 1.0 §4. The document has to name the issuer that it was asked of. */
const discover = (ask: Ask, { issuer }: ClientSettings, deps: ProviderDeps): Promise<AuthorizationServer> =>
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
    if (protocol !== "https:" && !issuer.startsWith("http:")) throw new Error("not https");
  }
  return server;
}

/**
 * Core 1.0 §3.1.3.7, signature included, wherever the token comes from: issuer, audience, times. The
 * nonce is that of the code flow, and checked there; an app's token has none that we know of.
 */
async function verifyIdToken(
  ask: Ask,
  server: AuthorizationServer,
  { clientId }: ClientSettings,
  deps: ProviderDeps,
  token: string,
): Promise<JWTPayload> {
  const verify = async (maxAge: number) =>
    jwtVerify(token, createLocalJWKSet(await keysOf(ask, server, deps, maxAge)), {
      issuer: server.issuer,
      audience: clientId,
      algorithms: ALGORITHMS,
      requiredClaims: ["exp", "iat", "sub"],
      clockTolerance: CLOCK_TOLERANCE,
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
  if (isSharedWithOthers && payload.azp !== clientId) throw new Refused();
  return payload;
}

const keysOf = (ask: Ask, server: AuthorizationServer, deps: ProviderDeps, maxAge: number) =>
  remembered(deps, `keys of ${server.issuer}`, maxAge, async () => {
    const keySet = (await askJson(ask, server.jwks_uri ?? "")) as unknown as JSONWebKeySet;
    // Throws for what is none: garbage must not be remembered.
    createLocalJWKSet(keySet);
    return keySet;
  });

/** Where the ID token leaves the address out, which it may (Core 1.0 §5.4). */
async function userInfo(
  ask: Ask,
  server: AuthorizationServer,
  { clientId }: ClientSettings,
  accessToken: string,
  claims: JWTPayload,
) {
  const client = { client_id: clientId };
  const response = await userInfoRequest(server, client, accessToken, optionsOf(ask, server.issuer));
  return processUserInfoResponse(server, client, claims.sub ?? "", response);
}

const openIdProfile = (claims: Record<string, unknown>): Profile =>
  profileOf({
    subject: claims.sub,
    email: claims.email,
    // Some say it as text; anything but a plain yes is a no.
    emailTrust: [true, "true"].includes(claims.email_verified as string) ? "verified" : "unverified",
    name: claims.name,
  });

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
