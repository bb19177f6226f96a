/** A rendered mail, ready for a provider. Addresses and subject hold no control characters. */
export type Email = {
  readonly from: { readonly name: string | null; readonly address: string };
  /** Exactly one address. */
  readonly to: string;
  readonly subject: string;
  readonly html: string;
  readonly text: string;
  /** The same for every attempt at the same mail. */
  readonly idempotencyKey: string;
};

/**
 * `retry`: it may work later (outage, throttling, a wrong key that its owner will mend).
 * `refused`: this mail will never be taken. `reason` is a short token for logs and admins,
 * such as `http_500`, `timeout` or `network`; it never holds an address or a provider's text.
 */
export type SendOutcome =
  | { readonly outcome: "sent" }
  | { readonly outcome: "retry"; readonly reason: string }
  | { readonly outcome: "refused"; readonly reason: string };

/** Sends one mail by one provider. Never throws. */
export type MailProvider = { send(email: Email): Promise<SendOutcome> };
