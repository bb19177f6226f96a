import { encodeBase32UpperCaseNoPadding } from "@oslojs/encoding";
import { TOTP_DIGITS, TOTP_PERIOD_SECONDS } from "./totp.ts";

/** The secret as users type it into an app: base32 (RFC 4648 §6) without padding. */
export const secretText = (secret: Uint8Array): string => encodeBase32UpperCaseNoPadding(secret);

type Label = { readonly appName: string; readonly email: string };

/**
 * The URI that an authenticator app reads from the QR code. A colon separates issuer and account, so neither may contain
 * one. Some apps show the `+` of a form-encoded space, so that spaces are `%20`.
 */
export function authenticatorUri(secret: Uint8Array, { appName, email }: Label): string {
  const [issuer, account] = [appName, email].map((text) => encodeURIComponent(text.replaceAll(":", " ")));
  return (
    `otpauth://totp/${issuer}:${account}?secret=${secretText(secret)}&issuer=${issuer}` +
    `&algorithm=SHA1&digits=${TOTP_DIGITS}&period=${TOTP_PERIOD_SECONDS}`
  );
}
