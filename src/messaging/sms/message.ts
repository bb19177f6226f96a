/** What the service says by text message, without its words: those are in the catalogue. */
export type SmsMessage =
  /** Proves a phone number: six digits. */
  { readonly kind: "phone_code"; readonly code: string };
