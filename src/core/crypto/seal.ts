import { fromBase64url, toBase64url, utf8 } from "./encoding.ts";
import type { SecretRing } from "./secret-ring.ts";

type SealPurpose =
  | "seal-signing-key"
  | "seal-mail"
  | "seal-request"
  | "seal-authorization"
  | "seal-factor"
  | "seal-challenge"
  | "seal-event"
  | "seal-provider-token"
  | "seal-draft";

/**
 * AES-256-GCM under the current root: `<root id>.<iv>.<ciphertext>`, base64url. `context` is
 * authenticated but not stored, so a sealed value cannot be moved to another row.
 */
export async function seal(
  ring: SecretRing,
  purpose: SealPurpose,
  context: string,
  text: string,
): Promise<string> {
  const iv = crypto.getRandomValues(new Uint8Array(12));
  const key = await ring.current.aesKey(purpose);
  const sealed = await crypto.subtle.encrypt(
    { name: "AES-GCM", iv, additionalData: utf8(context) },
    key,
    utf8(text),
  );
  return `${ring.current.id}.${toBase64url(iv)}.${toBase64url(new Uint8Array(sealed))}`;
}

/** The text, or null if the root is no longer in the ring or the value was altered or moved. */
export async function unseal(
  ring: SecretRing,
  purpose: SealPurpose,
  context: string,
  sealed: string,
): Promise<string | null> {
  const [rootId = "", ivText = "", cipherText = ""] = sealed.split(".");
  const root = ring.find(rootId);
  const iv = fromBase64url(ivText);
  const bytes = fromBase64url(cipherText);
  if (!root || !iv || !bytes) return null;
  try {
    const key = await root.aesKey(purpose);
    const opened = await crypto.subtle.decrypt(
      { name: "AES-GCM", iv, additionalData: utf8(context) },
      key,
      bytes,
    );
    return new TextDecoder().decode(opened);
  } catch {
    return null;
  }
}

/** Whether a value was sealed under an earlier root, so that it should be sealed again before that root is removed. */
export const isSealedByEarlier = (ring: SecretRing, sealed: string): boolean =>
  !sealed.startsWith(`${ring.current.id}.`);
