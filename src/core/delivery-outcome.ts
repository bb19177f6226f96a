/** The outcome of one attempt to deliver an event, or to revoke a token at a provider. */
export type DeliveryOutcome =
  | { readonly outcome: "delivered" }
  /** A short token for the log, such as `http_503` or `timeout`. */
  | { readonly outcome: "failed"; readonly reason: string };
