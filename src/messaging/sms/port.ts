import type { SendOutcome } from "../../core/send-outcome.ts";

/** A text message in words, ready for a provider. Its text holds no control character but line feeds. */
export type TextMessage = {
  /** Exactly one number, in E.164. */
  readonly to: string;
  readonly text: string;
  /** The same for every attempt at the same message. */
  readonly idempotencyKey: string;
};

/** Sends one text message by one provider. Never throws. */
export type SmsProvider = { send(message: TextMessage): Promise<SendOutcome> };
