/** Authentication methods (RFC 8176 §2). `fed`, the assertion of a social provider, is a private value. */
export type Amr = "pwd" | "otp" | "fed";
