import type { SendOutcome } from "../../core/send-outcome.ts";

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

/** Sends one mail by one provider. Never throws. */
export type MailProvider = { send(email: Email): Promise<SendOutcome> };
