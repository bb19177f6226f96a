/** A key pair of the access tokens as it is stored. Instants in milliseconds. */
export type StoredSigningKey = {
  readonly kid: string;
  /** JSON of the public members alone. */
  readonly publicJwk: string;
  readonly sealedPrivateJwk: string;
  /** The root secret that opens the private half. */
  readonly sealedBy: string;
  readonly createdAt: number;
  readonly signsFrom: number;
  readonly signsUntil: number;
};
