import { MINUTE } from "../core/clock.ts";
import { newOneTimeToken } from "../core/crypto/one-time-token.ts";

/** Lifetime of a proof: 5 minutes, like Turnstile's own tokens. */
export const CAPTCHA_PROOF_TTL = 5 * MINUTE;

// Distinguishes proofs from provider tokens, which begin with a digit, or an X for Turnstile's dummy token.
const PREFIX = "hp_";

/** A proof of a passed captcha: the prefix and 256 random bits. Only the hash is stored. */
export const newCaptchaProof = (): string => `${PREFIX}${newOneTimeToken()}`;

/** True if the token has the proof prefix. Such a token is never sent to the provider. */
export const isCaptchaProof = (token: string): boolean => token.startsWith(PREFIX);

/** True if the token has the format of a proof. Other tokens need no database query. */
export const isWellFormedProof = (token: string): boolean => /^hp_[\w-]{43}$/.test(token);
