const CODE_COUNT = 1_000_000;
/** The largest multiple of `CODE_COUNT` in 32 bits. Numbers from it on would favour some codes. */
const UNBIASED_LIMIT = Math.floor(2 ** 32 / CODE_COUNT) * CODE_COUNT;

/** Six digits, uniformly distributed by rejection sampling (NIST SP 800-63B-4 §3.1.3.1). */
export function newOneTimeCode(): string {
  for (;;) {
    const [random = UNBIASED_LIMIT] = crypto.getRandomValues(new Uint32Array(1));
    if (random < UNBIASED_LIMIT) return String(random % CODE_COUNT).padStart(6, "0");
  }
}
