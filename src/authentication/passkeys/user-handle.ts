import { fromBase64url, utf8 } from "../../core/crypto/encoding.ts";

/** The user handle of an account (WebAuthn §5.4.3): the bytes of its id, which say nothing about the user. */
export const userHandleOf = (accountId: string): Uint8Array<ArrayBuffer> => utf8(accountId);

/** Whether a discoverable credential names this account. */
export function isUserHandleOf(accountId: string, userHandle: string | null | undefined): boolean {
  const bytes = fromBase64url(userHandle ?? "");
  return bytes !== null && new TextDecoder().decode(bytes) === accountId;
}
