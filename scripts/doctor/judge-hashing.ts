import { type Finding, ok, warn } from "./finding.ts";

/** Milliseconds of CPU that 100,000 iterations take (docs/decisions/001). */
const BLOCK = 12;
/** OWASP's figure for PBKDF2-HMAC-SHA-256 is 600,000. */
const RECOMMENDED = 6;

export function judgeHashing(blocks: number): Finding {
  const cost = `a password check takes about ${blocks * BLOCK} ms of CPU`;
  if (blocks < RECOMMENDED) {
    return warn(
      "hashing",
      `${blocks * 100_000} iterations: ${cost}`,
      `set PASSWORD_HASH_BLOCKS to ${RECOMMENDED} or more; passwords are hashed anew as people sign in`,
    );
  }
  return ok("hashing", `${cost}: the Workers Paid plan has room for it, the free one (10 ms) has not`);
}
