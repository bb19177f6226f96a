import { createLocalJWKSet, errors, type JSONWebKeySet, type JWTPayload, jwtVerify } from "jose";
import { type Clock, MINUTE, SECOND } from "../../core/clock.ts";
import { hashOneTimeToken } from "../../core/crypto/one-time-token.ts";
import type { Client } from "../clients/client.ts";
import { OAUTH_PATHS } from "../endpoints.ts";

/** How long an assertion may be valid: its row must be kept that long, and a stolen one is of use that long. */
const MAX_LIFE_MS = 5 * MINUTE;
/** The difference between the clocks of the client and of this service. */
const CLOCK_TOLERANCE_MS = 10 * SECOND;
/** Milliseconds for which the keys of a client are cached. */
const KEYS_TTL_MS = 5 * MINUTE;
/** Milliseconds before keys without the requested one are read again. */
const KEYS_REREAD_MS = 10 * SECOND;
const MAX_ASSERTION_LENGTH = 16 * 1024;
const MAX_JTI_LENGTH = 256;

/** Asymmetric algorithms only: this service has no symmetric key of a client (RFC 8725 §3.1). */
export const ASSERTION_ALGORITHMS = ["ES256", "RS256", "PS256", "EdDSA"];

/** A verified assertion. It is good once: the request that acts on it stores this use. */
export type UsedAssertion = {
  readonly clientId: string;
  /** SHA-256 of the `jti`. */
  readonly jtiHash: string;
  /** The instant (ms) from which the assertion is refused by its age. */
  readonly expiresAt: number;
};

export type ClientAssertionDeps = {
  readonly clock: Clock;
  readonly settings: { readonly publicUrl: string };
  /** Reads a JWK Set that is at most `maxAge` ms old; null if the client's server does not answer with one. */
  readonly clientKeySets: { read(uri: string, maxAge: number): Promise<JSONWebKeySet | null> };
};

type Assertion = {
  readonly client: Pick<Client, "id" | "jwks" | "jwksUri">;
  readonly assertion: string;
};

/**
 * Verifies a client assertion (RFC 7523 §3, OpenID Connect Core §9). The audience is this service's issuer or its token
 * endpoint. Null: it is not valid. The result must be stored before or with the effect of the request.
 */
export async function verifyClientAssertion(
  deps: ClientAssertionDeps,
  presented: Assertion,
): Promise<UsedAssertion | null> {
  if (presented.assertion.length > MAX_ASSERTION_LENGTH) return null;
  const claims = await verifyAssertion(deps, presented);
  if (!claims) return null;
  const { jti, exp = 0 } = claims;
  if (typeof jti !== "string" || jti === "" || jti.length > MAX_JTI_LENGTH) return null;
  if (exp * SECOND > deps.clock.now() + MAX_LIFE_MS + CLOCK_TOLERANCE_MS) return null;
  const jtiHash = await hashOneTimeToken(jti);
  const expiresAt = exp * SECOND + CLOCK_TOLERANCE_MS;
  return { clientId: presented.client.id, jtiHash, expiresAt };
}

async function verifyAssertion(deps: ClientAssertionDeps, presented: Assertion): Promise<JWTPayload | null> {
  try {
    return await verifyWithKeys(deps, presented, KEYS_TTL_MS);
  } catch (cause) {
    const mayHaveNewKey = cause instanceof errors.JWKSNoMatchingKey && presented.client.jwksUri !== null;
    if (mayHaveNewKey) return verifyWithKeys(deps, presented, KEYS_REREAD_MS).catch(nullIfInvalid);
    return nullIfInvalid(cause);
  }
}

/** Throws an error of jose for an invalid assertion. */
async function verifyWithKeys(
  { clock, settings, clientKeySets }: ClientAssertionDeps,
  { client, assertion }: Assertion,
  maxAge: number,
): Promise<JWTPayload | null> {
  const keySet =
    client.jwks === null ? await clientKeySets.read(client.jwksUri ?? "", maxAge) : parse(client.jwks);
  if (keySet === null) return null;
  const { publicUrl } = settings;
  const { payload } = await jwtVerify(assertion, createLocalJWKSet(keySet), {
    algorithms: ASSERTION_ALGORITHMS,
    issuer: client.id,
    subject: client.id,
    audience: [publicUrl, `${publicUrl}${OAUTH_PATHS.token}`],
    requiredClaims: ["exp", "jti"],
    clockTolerance: CLOCK_TOLERANCE_MS / SECOND,
    currentDate: new Date(clock.now()),
  });
  // An assertion for several servers could be replayed by one of them.
  return Array.isArray(payload.aud) && payload.aud.length !== 1 ? null : payload;
}

function parse(jwks: string): JSONWebKeySet | null {
  try {
    return JSON.parse(jwks) as JSONWebKeySet;
  } catch {
    return null;
  }
}

/** An unusable key set throws a TypeError or a DOMException: the client registered it. */
function nullIfInvalid(cause: unknown): null {
  if (cause instanceof errors.JOSEError || cause instanceof TypeError || cause instanceof DOMException)
    return null;
  throw cause;
}
