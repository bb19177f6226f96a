import { generateRandomString } from "@oslojs/crypto/random";

const CODE_LENGTH = 6;

/** Six digits, each as likely as any other (NIST SP 800-63B-4 §3.1.3.1; rejection sampling, no modulo). */
export const newOneTimeCode = (): string => generateRandomString({ read: fill }, "0123456789", CODE_LENGTH);

function fill(bytes: Uint8Array): void {
  bytes.set(crypto.getRandomValues(new Uint8Array(bytes.byteLength)));
}
