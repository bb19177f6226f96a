import type { Email } from "../../src/messaging/email/port.ts";
import type { MailSettings } from "../../src/messaging/email/settings.ts";
import type { LoopbackRequest } from "../support/loopback/protocol.ts";

/** The mail that every provider is asked to send. Its name and subject need quoting and UTF-8. */
export const email: Email = {
  from: { name: 'Acme, "Auth" & Co', address: "no-reply@example.com" },
  to: "ada@example.test",
  subject: "Confirm your address – ünïcode ✓",
  html: '<p>Open <a href="https://example.com/v?token=abc-_1&x=2">this</a></p>',
  text: "Open\nhttps://example.com/v?token=abc-_1&x=2\n",
  idempotencyKey: "0b2c7a52-6a0b-4f0e-9c5f-0d6a2f1c9e11",
};

export const quotedSender = '"Acme, \\"Auth\\" & Co" <no-reply@example.com>';

/** What was asked for, brought to one shape for all providers. */
type SeenMail = {
  readonly from: unknown;
  readonly to: unknown;
  readonly subject: unknown;
  readonly html: unknown;
  readonly text: unknown;
  readonly idempotencyKey: unknown;
  /** What says that links and opens are not to be tracked, where a request can say so. */
  readonly tracking: unknown;
};

export type ProviderCase = {
  readonly settings: (apiBase: string) => MailSettings;
  readonly path: string;
  /** Header names and exact values, or a pattern. */
  readonly headers: Readonly<Record<string, string | RegExp>>;
  readonly expectedFrom: unknown;
  readonly expectedTo: unknown;
  readonly expectedTracking: unknown;
  readonly read: (request: LoopbackRequest) => Promise<SeenMail>;
  /** Answers that mean something else here than their status says. */
  readonly ownAnswers: readonly {
    readonly name: string;
    readonly status: number;
    readonly body: string;
    readonly outcome: "sent" | "refused" | "retry";
  }[];
};
