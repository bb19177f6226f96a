/** A stored key pair that signs access tokens. Instants in milliseconds. */
export type StoredSigningKey = {
  readonly kid: string;
  /** A JWK as JSON, with the public members only. */
  readonly publicJwk: string;
  readonly sealedPrivateJwk: string;
  /** The id of the root secret that unseals the private key. */
  readonly sealedBy: string;
  readonly createdAt: number;
  readonly signsFrom: number;
  readonly signsUntil: number;
};
