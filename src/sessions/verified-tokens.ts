import type { AccessTokenClaims, MachineTokenClaims } from "./access-token-claims.ts";

/** Tokens of one cache. An entry holds about one kilobyte. */
export const MAX_VERIFIED_TOKENS = 1000;

/** What the signature of a token has proven, with what it depends on. */
export type VerifiedToken = {
  readonly claims: AccessTokenClaims | MachineTokenClaims;
  readonly issuer: string;
  /** The key that verified the signature. */
  readonly kid: string;
  readonly key: CryptoKey;
};

/** The verified access tokens of one isolate, by their text, the oldest entry first. */
export type VerifiedTokens = Map<string, VerifiedToken>;

/** Adds a token. A full cache loses its oldest entry, which costs that token one more verification. */
export function rememberVerifiedToken(tokens: VerifiedTokens, token: string, verified: VerifiedToken): void {
  const [oldest = ""] = tokens.keys();
  if (tokens.size >= MAX_VERIFIED_TOKENS) tokens.delete(oldest);
  tokens.set(token, verified);
}

type Required = {
  readonly issuer: string;
  /** `any`: the caller decides by the claims. */
  readonly audiences: readonly string[] | "any";
  /** Seconds. */
  readonly now: number;
  /** The published key with this `kid`, or null. */
  readonly verificationKey: (kid: string) => Promise<CryptoKey | null>;
};

/**
 * The claims of a token whose signature was verified before, if it meets every requirement now: its key is still
 * published, it has not expired, and its issuer and audience are the required ones. Null: verify the token.
 */
export async function findVerifiedClaims(
  tokens: VerifiedTokens,
  token: string,
  { issuer, audiences, now, verificationKey }: Required,
): Promise<AccessTokenClaims | MachineTokenClaims | null> {
  const verified = tokens.get(token);
  if (!verified) return null;
  const { claims, kid } = verified;
  // Another audience is a reason to refuse this request, and the entry stays valid for its own audience.
  const isForAudience = audiences === "any" || claims.audiences.some((each) => audiences.includes(each));
  if (verified.issuer !== issuer || !isForAudience) return null;
  if (claims.expiresAt > now && (await verificationKey(kid)) === verified.key) return claims;
  tokens.delete(token);
  return null;
}
