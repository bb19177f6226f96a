/**
 * What the development mailbox keeps instead of sending: a mail, or a text message, whose `subject`
 * and `html` are empty. `createdAt` is an instant in milliseconds.
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

/**
 * Keeps one message. The same `id` may come twice, because a sender tries again when it did not hear
 * of its success: there must be one message in the end.
 */
export type DevMailbox = { store(message: DevMessage): Promise<void> };
