import type { TextMessage } from "../../src/messaging/sms/port.ts";
import type { SmsSettings } from "../../src/messaging/sms/settings.ts";
import type { LoopbackRequest } from "../support/loopback/protocol.ts";

/** The text message that every provider sends. It contains characters that a form must escape. */
export const message: TextMessage = {
  to: "+491701234567",
  text: "012345 is your code for Acme & Co=50%+.\n\n@auth.example.com #012345",
  idempotencyKey: "0b2c7a52-6a0b-4f0e-9c5f-0d6a2f1c9e11",
};

/** A provider's request in one shape for all providers. */
type ReceivedText = {
  readonly from: unknown;
  readonly to: unknown;
  readonly text: unknown;
  /** The reference that identifies duplicates, or null if a request has none. */
  readonly reference: unknown;
};

/** A response whose meaning differs from its status. */
type SpecificResponse = {
  readonly name: string;
  readonly status: number;
  readonly body: string;
  readonly outcome: "sent" | "refused" | "retry";
  readonly reason?: string;
};

export type ProviderCase = {
  readonly settings: (apiBase: string) => SmsSettings;
  readonly path: string;
  /** Header names with an exact value or a pattern. */
  readonly headers: Readonly<Record<string, string | RegExp>>;
  readonly expectedFrom: string;
  readonly expectedTo: string;
  readonly expectedReference: string | null;
  readonly read: (request: LoopbackRequest) => ReceivedText;
  /** The response to an accepted text message. */
  readonly accepted: { readonly status: number; readonly body: string };
  readonly throttled: { readonly status: number; readonly body: string; readonly reason: string };
  readonly refusedNumber: { readonly status: number; readonly body: string; readonly reason: string };
  readonly specificResponses: readonly SpecificResponse[];
};
