import type { SendOutcome } from "../../core/send-outcome.ts";

/** A rendered text message for a provider. Its text contains no control characters except line feeds. */
export type TextMessage = {
  /** Exactly one number, in E.164. */
  readonly to: string;
  readonly text: string;
  /** The same for every attempt to send this message. */
  readonly idempotencyKey: string;
};

/** Sends one text message. Never throws. */
export type SmsProvider = { send(message: TextMessage): Promise<SendOutcome> };
