/**
 * The outcome of one attempt to send a message. `retry`: it may succeed later (outage, throttling, a
 * wrong key). `refused`: the provider will never accept this message. `reason` is a short token for
 * logs and admins, such as `http_500`, `timeout` or `network`. It never contains an address, a phone
 * number or a provider's text.
 */
export type SendOutcome =
  | { readonly outcome: "sent" }
  | { readonly outcome: "retry"; readonly reason: string }
  | { readonly outcome: "refused"; readonly reason: string };
