import { MINUTE } from "../../core/clock.ts";

/** What a one-time code is for. A code of one purpose is refused for every other. */
export type OneTimeCodePurpose = "login" | "phone";

/** Milliseconds for which a code is good, and how many answers to it are evaluated (contract §4). */
export const OTP_TTL_MS = 10 * MINUTE;
export const MAX_OTP_ATTEMPTS = 5;

/** A challenge ready to be stored; the code itself is only in the message that carries it. */
export type NewOneTimeCodeChallenge = {
  readonly id: string;
  readonly purpose: OneTimeCodePurpose;
  /** The number that a phone's code proves; null for a login. */
  readonly phone: string | null;
  /** How the step before it went, for the session that a right answer opens; a phone's opens none. */
  readonly amr?: string;
  readonly codeHash: string;
  /** Which lock its wrong answers count for. */
  readonly lockoutKey: string;
  readonly newDevice: boolean;
  readonly createdAt: number;
  readonly expiresAt: number;
};
