import type { MailMessage } from "../email/message.ts";
import type { SmsMessage } from "../sms/message.ts";

/** Everything that the service says to a person who is not looking at it. */
export type Message = MailMessage | SmsMessage;

export type MessageKind = Message["kind"];

/** What carries it. */
export type Channel = "email" | "sms";

const TEXTED: readonly MessageKind[] = ["phone_code"] satisfies SmsMessage["kind"][];

export const isTexted = (message: Message): message is SmsMessage => TEXTED.includes(message.kind);

/**
 * A message that waits to be stored in the batch of the change that it speaks of. `sealed` holds the
 * message, and the recipient when that is not the account's own address at the time of sending.
 */
export type NewMessage = {
  /** Names the row, and is the provider's idempotency key. */
  readonly id: string;
  readonly kind: MessageKind;
  readonly channel: Channel;
  /** HMAC of the recipient where the draft names one, so that sends to it can be counted. */
  readonly target: string | null;
  readonly sealed: string;
  /** Instant after which it must not be sent: its link or code would be dead. */
  readonly expiresAt: number;
};
