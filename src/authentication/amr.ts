/**
 * Authentication methods (RFC 8176 §2). `fed`, the assertion of a social provider, is a private value. A passkey is `hwk`
 * if it is bound to its device and `swk` if it is synced, and adds `user` if the authenticator verified the user.
 */
export type Amr = "pwd" | "otp" | "sms" | "fed" | "hwk" | "swk" | "user" | "mfa";

/** The methods that describe others stand last. */
const LAST: readonly string[] = ["user", "mfa"];

/** The methods of a session with a first and a second factor, each once: first factor, second factor, `user`, `mfa`. */
export function amrOfTwoFactors(first: readonly string[], second: readonly string[]): readonly string[] {
  const all = new Set([...first, ...second, "mfa"]);
  return [
    ...[...all].filter((method) => !LAST.includes(method)),
    ...LAST.filter((method) => all.has(method)),
  ];
}

/** Whether a passkey is among the methods. */
export const includesPasskey = (amr: readonly string[]): boolean =>
  amr.includes("hwk") || amr.includes("swk");
