import type { Email } from "../../src/messaging/email/port.ts";
import type { MailSettings } from "../../src/messaging/email/settings.ts";
import type { LoopbackRequest } from "../support/loopback/protocol.ts";

/** The mail that every provider sends. Its sender name and subject need quoting and UTF-8. */
export const email: Email = {
  from: { name: 'Acme, "Auth" & Co', address: "no-reply@example.com" },
  to: "ada@example.test",
  subject: "Confirm your address – ünïcode ✓",
  html: '<p>Open <a href="https://example.com/v?token=abc-_1&x=2">this</a></p>',
  text: "Open\nhttps://example.com/v?token=abc-_1&x=2\n",
  idempotencyKey: "0b2c7a52-6a0b-4f0e-9c5f-0d6a2f1c9e11",
};

export const quotedSender = '"Acme, \\"Auth\\" & Co" <no-reply@example.com>';

/** A provider's request in one shape for all providers. */
type ReceivedMail = {
  readonly from: unknown;
  readonly to: unknown;
  readonly subject: unknown;
  readonly html: unknown;
  readonly text: unknown;
  readonly idempotencyKey: unknown;
  /** The fields that turn off click and open tracking, if a request can. */
  readonly tracking: unknown;
};

export type ProviderCase = {
  readonly settings: (apiBase: string) => MailSettings;
  readonly path: string;
  /** Header names with an exact value or a pattern. */
  readonly headers: Readonly<Record<string, string | RegExp>>;
  readonly expectedFrom: unknown;
  readonly expectedTo: unknown;
  readonly expectedTracking: unknown;
  readonly read: (request: LoopbackRequest) => Promise<ReceivedMail>;
  /** Responses whose meaning differs from their status. */
  readonly specificResponses: readonly {
    readonly name: string;
    readonly status: number;
    readonly body: string;
    readonly outcome: "sent" | "refused" | "retry";
  }[];
};
