/**
 * A message in the development mailbox: a mail, or a text message, whose `subject` and `html` are empty.
 * `createdAt` is an instant in milliseconds.
 */
export type DevMessage = {
  readonly id: string;
  readonly channel: "email" | "sms";
  /** One mail address, or one phone number in E.164. */
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  readonly createdAt: number;
};

/** Stores one message. A retry stores the same `id` again and must not create a second message. */
export type DevMailbox = { store(message: DevMessage): Promise<void> };
