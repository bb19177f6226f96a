import { MINUTE } from "../core/clock.ts";
import { newOneTimeToken } from "../core/crypto/one-time-token.ts";

/** How long a proof may wait for its use: 5 minutes, as long as Turnstile's own tokens. */
export const CAPTCHA_PROOF_TTL = 5 * MINUTE;

// Tells our proofs from the providers' tokens, which begin with a digit or, Turnstile's dummy, an X.
const PREFIX = "hp_";

/** A proof that a captcha was passed: the prefix and 256 random bits. Only its hash is stored. */
export const newCaptchaProof = (): string => `${PREFIX}${newOneTimeToken()}`;

/** Whether a token calls itself a proof of ours; it is then no provider's business. */
export const isCaptchaProof = (token: string): boolean => token.startsWith(PREFIX);

/** Whether it could be one. Another shape needs no question to the database. */
export const isWellFormedProof = (token: string): boolean => /^hp_[\w-]{43}$/.test(token);
