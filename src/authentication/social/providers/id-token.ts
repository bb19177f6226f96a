import { createLocalJWKSet, decodeJwt, errors, type JSONWebKeySet, type JWTPayload, jwtVerify } from "jose";
import type { AuthorizationServer } from "oauth4webapi";
import { SECOND } from "../../../core/clock.ts";
import { CLOCK_TOLERANCE, type ProviderDeps } from "./code-flow.ts";
import { METADATA_TTL_MS } from "./discovery.ts";
import { cached } from "./metadata.ts";
import { fetchProviderJson, type ProviderFetch, Refused } from "./provider-fetch.ts";

/** Milliseconds before a key set without the requested key is read again. */
const KEY_SET_REREAD_MS = 10 * SECOND;

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

/** Microsoft's keys name the issuer that they belong to. */
type Key = JSONWebKeySet["keys"][number] & { readonly issuer?: unknown };

/** The issuers of a provider whose discovery document names none of them. */
export type TokenIssuers = {
  /** The issuer that an ID token has to have. The claims are not verified yet. Throws `Refused` for a tenant that may not sign in. */
  readonly issuerOf: (claims: JWTPayload) => string;
  /** Whether a key may sign for the issuer. */
  readonly maySign: (key: Key, issuer: string, claims: JWTPayload) => boolean;
};

type VerificationOptions = {
  /** Seconds since `iat`, at most. */
  readonly maxTokenAge?: number;
  /** Accepts a token that another client (`azp`) of the same owner obtained for this audience. */
  readonly forNativeClients?: boolean;
  readonly issuers?: TokenIssuers | undefined;
};

/**
 * Verifies an ID token (Core 1.0 §3.1.3.7): signature, issuer, audience and times. The code flow checks the nonce; the
 * nonce of a client application's token is checked if the application sends it.
 */
export async function verifyIdToken(
  providerFetch: ProviderFetch,
  server: AuthorizationServer,
  clientId: string,
  deps: ProviderDeps,
  token: string,
  { maxTokenAge, forNativeClients, issuers }: VerificationOptions = {},
): Promise<JWTPayload> {
  const unverified = issuers && decodeJwt(token);
  const issuer = issuers && unverified ? issuers.issuerOf(unverified) : server.issuer;
  const keysOf = ({ keys }: JSONWebKeySet): JSONWebKeySet =>
    issuers && unverified
      ? { keys: keys.filter((key) => issuers.maySign(key, issuer, unverified)) }
      : { keys };
  const verify = async (maxAge: number) =>
    jwtVerify(token, createLocalJWKSet(keysOf(await readKeySet(providerFetch, server, deps, maxAge))), {
      issuer,
      audience: clientId,
      algorithms: ALGORITHMS,
      requiredClaims: ["exp", "iat", "sub"],
      clockTolerance: CLOCK_TOLERANCE,
      maxTokenAge,
      currentDate: new Date(deps.clock.now()),
    });
  const { payload, protectedHeader } = await verify(METADATA_TTL_MS).catch((cause) => {
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
  cached(deps, `keys of ${server.jwks_uri}`, maxAge, async () => {
    const keySet = (await fetchProviderJson(
      providerFetch,
      server.jwks_uri ?? "",
    )) as unknown as JSONWebKeySet;
    // Throws for an invalid key set, which must not be cached.
    createLocalJWKSet(keySet);
    return keySet;
  });
