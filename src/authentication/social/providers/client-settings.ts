/** The client registration of this service at one provider. `Own`: the variables that only this provider has. */
export type ClientSettings<Own extends string = never> = {
  readonly clientId: string;
  /** The client secret; of Apple the private key that signs one. */
  readonly clientSecret: string;
  /** As configured: OpenID Connect compares it exactly. */
  readonly issuer: string;
  readonly name: string;
  readonly email: EmailAuthority;
  readonly own: Readonly<Record<Own, string>>;
};

/** How far the operator trusts the email addresses of a provider. */
export type EmailAuthority = {
  /** The trust in an address that the provider vouches for, at most (`EmailTrust`). */
  readonly trust: "verified" | "implied" | "none";
  /** The domains to which `verified` is limited, in ASCII; addresses of others are `implied`. Empty: no limit. */
  readonly domains: readonly string[];
  /** The operator has set the trust. Then it also covers an address without the claim `email_verified`. */
  readonly isConfigured: boolean;
};
