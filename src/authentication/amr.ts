/**
 * Authentication methods (RFC 8176 §2). `fed`, the assertion of a social provider, is a private value. A passkey is `hwk`
 * if it is bound to its device and `swk` if it is synced, and adds `user` if the authenticator verified the user.
 */
export type Amr = "pwd" | "otp" | "sms" | "fed" | "hwk" | "swk" | "user" | "mfa";
