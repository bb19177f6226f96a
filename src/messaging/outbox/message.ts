import type { MailMessage } from "../email/message.ts";
import type { SmsMessage } from "../sms/message.ts";

/** Every message that the service sends by email or SMS. */
export type Message = MailMessage | SmsMessage;

export type MessageKind = Message["kind"];

export type Channel = "email" | "sms";

const SMS_KINDS: readonly MessageKind[] = [
  "phone_code",
  "sign_in_text",
  "factor_removal_text",
  "factors_removed_text",
] satisfies SmsMessage["kind"][];

export const isSmsMessage = (message: Message): message is SmsMessage => SMS_KINDS.includes(message.kind);

/** The plaintext of `sealed`. Without `to`, the message goes to the account's address at the time of sending. */
export type SealedContent = { readonly message: Message; readonly to?: string };

/** Kinds of messages that were queued before migration 0008, with their names of today. */
const FORMER_KINDS: Readonly<Record<string, MessageKind>> = {
  ways_in_reset: "sign_in_methods_reset",
  second_step_on: "second_factor_enabled",
  second_step_off: "second_factor_disabled",
};

/** Parses unsealed content. An upgrade must not lose messages that wait in the outbox. */
export function parseSealedContent(text: string): SealedContent {
  const { message, to } = JSON.parse(text) as SealedContent;
  const kind = FORMER_KINDS[message.kind] ?? message.kind;
  return { message: { ...message, kind } as Message, to };
}

/** A message that is not stored yet. A store inserts it in the batch of the change that it is about. */
export type NewMessage = {
  /** The id of the outbox row, and the provider's idempotency key. */
  readonly id: string;
  readonly kind: MessageKind;
  readonly channel: Channel;
  /** HMAC of an explicit recipient, so that sends to it can be counted. */
  readonly target: string | null;
  /** `SealedContent`, encrypted. */
  readonly sealed: string;
  /** The instant after which it must not be sent: its link or code has expired. */
  readonly expiresAt: number;
};
