/** The algorithms of the service's signatures (RFC 7518 §3.1). */
export type SigningAlg = "ES256" | "RS256";

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
