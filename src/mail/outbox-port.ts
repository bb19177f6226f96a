import type { MailDraft, MailMessage } from "./message.ts";

/** What a verb needs of mail: to draft one for its batch, and to have it sent after the answer. */
export type MailOutbox = {
  /** `to`: an address other than the account's own. `expiresAt`: an instant. */
  draft(message: MailMessage, delivery: { expiresAt: number; to?: string }): Promise<MailDraft>;
  /** Tries the first delivery after the response; what fails is the retry's. Ids that were never stored are nothing. */
  deliverSoon(ids: readonly string[]): void;
};
