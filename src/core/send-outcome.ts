/**
 * What came of one attempt to send something. `retry`: it may work later (outage, throttling, a wrong
 * key that its owner will mend). `refused`: this message will never be taken. `reason` is a short
 * token for logs and admins, such as `http_500`, `timeout` or `network`; it never holds an address, a
 * number or a provider's text.
 */
export type SendOutcome =
  | { readonly outcome: "sent" }
  | { readonly outcome: "retry"; readonly reason: string }
  | { readonly outcome: "refused"; readonly reason: string };
