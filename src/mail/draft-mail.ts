import { seal } from "../kernel/crypto/seal.ts";
import type { SecretRing } from "../kernel/crypto/secret-ring.ts";
import { newId } from "../kernel/ids.ts";
import type { MailDraft, MailMessage } from "./message.ts";

/** What a sealed row holds. Without `to`, it goes to the account's address at the time of sending. */
export type SealedMail = { readonly message: MailMessage; readonly to?: string };

type Delivery = {
  /** Instant after which it must not be sent any more. */
  readonly expiresAt: number;
  /** An address other than the account's own. */
  readonly to?: string;
};

/** Seals a message for the outbox: it may hold a live link, which a copy of the database must not. */
export async function draftMail(
  deps: { readonly secrets: SecretRing },
  message: MailMessage,
  delivery: Delivery,
): Promise<MailDraft> {
  const id = newId();
  const content: SealedMail = { message, to: delivery.to };
  return {
    id,
    kind: message.kind,
    sealed: await seal(deps.secrets, "seal-mail", id, JSON.stringify(content)),
    expiresAt: delivery.expiresAt,
  };
}
