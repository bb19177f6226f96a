import type { SendOutcome } from "../../core/send-outcome.ts";

/** A rendered mail for a provider. Addresses and subject contain no control characters. */
export type Email = {
  readonly from: { readonly name: string | null; readonly address: string };
  /** Exactly one address. */
  readonly to: string;
  readonly subject: string;
  readonly html: string;
  readonly text: string;
  /** The same for every attempt to send this mail. */
  readonly idempotencyKey: string;
};

/** Sends one mail. Never throws. */
export type MailProvider = { send(email: Email): Promise<SendOutcome> };
