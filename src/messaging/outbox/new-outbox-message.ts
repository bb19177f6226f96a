import { keyedHash } from "../../core/crypto/keyed-hash.ts";
import { seal } from "../../core/crypto/seal.ts";
import type { SecretRing } from "../../core/crypto/secret-ring.ts";
import { newId } from "../../core/ids.ts";
import { isSmsMessage, type Message, type NewMessage, type SealedContent } from "./message.ts";
import type { DeliveryOptions } from "./outbox-port.ts";

/** Seals a message for the outbox: a copy of the database must not reveal a valid link or code. */
export async function newMessage(
  deps: { readonly secrets: SecretRing },
  message: Message,
  { to, expiresAt }: DeliveryOptions,
): Promise<NewMessage> {
  const id = newId();
  const content: SealedContent = { message, to };
  return {
    id,
    kind: message.kind,
    channel: isSmsMessage(message) ? "sms" : "email",
    target: to === undefined ? null : await keyedHash(deps.secrets.current, "send-target", to.toLowerCase()),
    sealed: await seal(deps.secrets, "seal-mail", id, JSON.stringify(content)),
    expiresAt,
  };
}
