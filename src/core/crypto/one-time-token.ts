import { toBase64url, utf8 } from "./encoding.ts";

/** 256 random bits as base64url. Stores keep only the hash (`hashOneTimeToken`). */
export const newOneTimeToken = (): string => toBase64url(crypto.getRandomValues(new Uint8Array(32)));

/**
 * SHA-256 of a token, base64url. A plain digest suffices for 256 random bits (NIST SP 800-63B-4
 * §3.1.2.2 requires a salt only below 112 bits).
 */
export async function hashOneTimeToken(token: string): Promise<string> {
  return toBase64url(new Uint8Array(await crypto.subtle.digest("SHA-256", utf8(token))));
}
