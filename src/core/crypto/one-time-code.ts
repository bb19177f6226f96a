const CODES = 1_000_000;
/** Of the numbers of 32 bits, those below are the same share of every code; the rest are drawn again. */
const FAIR = Math.floor(2 ** 32 / CODES) * CODES;

/** Six digits, each code as likely as any other (NIST SP 800-63B-4 §3.1.3.1; rejection sampling). */
export function newOneTimeCode(): string {
  for (;;) {
    const [drawn = FAIR] = crypto.getRandomValues(new Uint32Array(1));
    if (drawn < FAIR) return String(drawn % CODES).padStart(6, "0");
  }
}
