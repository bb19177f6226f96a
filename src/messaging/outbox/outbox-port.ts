import type { Message, NewMessage } from "./message.ts";

/** What a verb needs of the outbox: to draft a message for its batch, and to have it sent after the answer. */
export type Outbox = {
  /** `to`: a recipient other than the account's own address. `expiresAt`: an instant. */
  draft(message: Message, delivery: { expiresAt: number; to?: string }): Promise<NewMessage>;
  /** Tries the first delivery after the response; what fails is the retry's. Ids that were never stored are nothing. */
  deliverSoon(ids: readonly string[]): void;
};
