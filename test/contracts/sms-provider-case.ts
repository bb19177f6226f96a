import type { TextMessage } from "../../src/messaging/sms/port.ts";
import type { SmsSettings } from "../../src/messaging/sms/settings.ts";
import type { LoopbackRequest } from "../support/loopback/protocol.ts";

/** The text that every provider is asked to send. It has what a form must escape. */
export const message: TextMessage = {
  to: "+491701234567",
  text: "012345 is your code for Acme & Co=50%+.\n\n@auth.example.com #012345",
  idempotencyKey: "0b2c7a52-6a0b-4f0e-9c5f-0d6a2f1c9e11",
};

/** What was asked for, brought to one shape for all providers. */
type SeenText = {
  readonly from: unknown;
  readonly to: unknown;
  readonly text: unknown;
  /** What lets a duplicate be recognised, or null where a request cannot say it. */
  readonly reference: unknown;
};

/** An answer that means something else here than its status says. */
type OwnAnswer = {
  readonly name: string;
  readonly status: number;
  readonly body: string;
  readonly outcome: "sent" | "refused" | "retry";
  readonly reason?: string;
};

export type ProviderCase = {
  readonly settings: (apiBase: string) => SmsSettings;
  readonly path: string;
  /** Header names and exact values, or a pattern. */
  readonly headers: Readonly<Record<string, string | RegExp>>;
  readonly expectedFrom: string;
  readonly expectedTo: string;
  readonly expectedReference: string | null;
  readonly read: (request: LoopbackRequest) => SeenText;
  /** What it answers to a text that it takes. */
  readonly accepted: { readonly status: number; readonly body: string };
  readonly throttled: { readonly status: number; readonly body: string; readonly reason: string };
  readonly refusedNumber: { readonly status: number; readonly body: string; readonly reason: string };
  readonly ownAnswers: readonly OwnAnswer[];
};
