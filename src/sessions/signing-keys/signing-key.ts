/** The algorithms of the service's signatures (RFC 7518 §3.1). */
export const SIGNING_ALGS = ["ES256", "RS256"] as const;

export type SigningAlg = (typeof SIGNING_ALGS)[number];

/** A stored key pair that signs tokens. Instants in milliseconds. */
export type StoredSigningKey = {
  readonly kid: string;
  readonly alg: SigningAlg;
  /** A JWK as JSON, with the public members only. */
  readonly publicJwk: string;
  readonly sealedPrivateJwk: string;
  /** The id of the root secret that unseals the private key. */
  readonly sealedBy: string;
  readonly createdAt: number;
  readonly signsFrom: number;
  readonly signsUntil: number;
};
