import type { SendOutcome } from "../../core/send-outcome.ts";
import type { EmailDelivery } from "../email/message.ts";
import type { Message, NewMessage } from "./message.ts";

export type DeliveryOptions = {
  /** The instant after which the message is not sent any more. */
  readonly expiresAt: number;
  /** A recipient other than the account's own address. */
  readonly to?: string;
};

/** The port for messages: a use case creates a message for its batch and schedules its delivery. */
export type Outbox = {
  create(message: Message, options: DeliveryOptions): Promise<NewMessage>;
  /** Attempts the first delivery after the response. The cron job retries failures. Unknown ids are ignored. */
  deliverSoon(ids: readonly string[]): void;
  /** Attempts the first delivery now: for work that already runs after the response. */
  deliver(ids: readonly string[]): Promise<void>;
};

/** Sends a mail at once, for an address without an account, which the outbox cannot hold. It never throws. */
export type MailChannel = { email(delivery: EmailDelivery): Promise<SendOutcome> };
