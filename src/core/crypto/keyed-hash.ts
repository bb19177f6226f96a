import { toBase64url, utf8 } from "./encoding.ts";
import type { SecretRoot } from "./secret-ring.ts";

type KeyedHashPurpose =
  | "challenge-code"
  | "lock-key"
  | "device-address"
  | "rate-key"
  | "csrf-token"
  | "send-target"
  | "social-round"
  | "registration-salt"
  | "user-code"
  | "factor-removal"
  | "recovery-code"
  | "form-owner";

/**
 * HMAC-SHA-256 under a derived key, base64url. For values that can be guessed from a plain digest,
 * such as a six-digit code or an address.
 */
export async function keyedHash(root: SecretRoot, purpose: KeyedHashPurpose, text: string): Promise<string> {
  const key = await root.hmacKey(purpose);
  return toBase64url(new Uint8Array(await crypto.subtle.sign("HMAC", key, utf8(text))));
}
