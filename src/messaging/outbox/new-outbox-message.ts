import { keyedHash } from "../../core/crypto/keyed-hash.ts";
import { seal } from "../../core/crypto/seal.ts";
import type { SecretRing } from "../../core/crypto/secret-ring.ts";
import { newId } from "../../core/ids.ts";
import { isTexted, type Message, type NewMessage } from "./message.ts";

/** What a sealed row holds. Without `to`, it goes to the account's address at the time of sending. */
export type SealedMessage = { readonly message: Message; readonly to?: string };

type Delivery = {
  /** Instant after which it must not be sent any more. */
  readonly expiresAt: number;
  /** A recipient other than the account's own address. */
  readonly to?: string;
};

/** Seals a message for the outbox: it may hold a live link or code, which a copy of the database must not. */
export async function newMessage(
  deps: { readonly secrets: SecretRing },
  message: Message,
  delivery: Delivery,
): Promise<NewMessage> {
  const id = newId();
  const { to, expiresAt } = delivery;
  const content: SealedMessage = { message, to };
  return {
    id,
    kind: message.kind,
    channel: isTexted(message) ? "sms" : "email",
    target: to === undefined ? null : await keyedHash(deps.secrets.current, "send-target", to.toLowerCase()),
    sealed: await seal(deps.secrets, "seal-mail", id, JSON.stringify(content)),
    expiresAt,
  };
}
