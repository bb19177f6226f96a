import type { MailMessage } from "../email/message.ts";
import type { SmsMessage } from "../sms/message.ts";

/** Every message that the service sends by email or SMS. */
export type Message = MailMessage | SmsMessage;

export type MessageKind = Message["kind"];

export type Channel = "email" | "sms";

const SMS_KINDS: readonly MessageKind[] = ["phone_code"] satisfies SmsMessage["kind"][];

export const isSmsMessage = (message: Message): message is SmsMessage => SMS_KINDS.includes(message.kind);

/** The plaintext of `sealed`. Without `to`, the message goes to the account's address at the time of sending. */
export type SealedContent = { readonly message: Message; readonly to?: string };

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
