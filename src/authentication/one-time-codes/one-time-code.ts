import { MINUTE } from "../../core/clock.ts";
import type { NewMessage } from "../../messaging/outbox/message.ts";

/** A code of one purpose is refused for every other. */
export type OneTimeCodePurpose = "login" | "phone" | "reauthentication";

/** Milliseconds for which a code is valid (contract §4). */
export const OTP_TTL_MS = 10 * MINUTE;

/** Answers to one code that are evaluated (contract §4). */
export const MAX_OTP_ATTEMPTS = 5;

/** A challenge to store. Only its message has the code itself. Instants in milliseconds. */
export type NewOneTimeCodeChallenge = {
  readonly id: string;
  readonly purpose: OneTimeCodePurpose;
  /** The number that a code of purpose `phone` verifies; null for the others. */
  readonly phone: string | null;
  /** The methods of the first factor, for the session that a correct answer opens. Only for `login`. */
  readonly amr?: string;
  /** The kind of second factor that verifies the answer. Only for `login`. */
  readonly factorKind?: string;
  /** Empty if the service creates no code. */
  readonly codeHash: string;
  /** The attempt counter that wrong answers count for. */
  readonly lockoutKey: string;
  readonly newDevice: boolean;
  /** The `known_devices` row of the device that passed the first factor. Absent for an unknown device. */
  readonly deviceId?: string | null;
  /** Whether the session that a correct answer opens outlives the browser session. Only for `login`. */
  readonly isPersistent?: boolean;
  readonly createdAt: number;
  readonly expiresAt: number;
};

/** A new code of an existing challenge, with the message that carries it. Instants in milliseconds. */
export type OneTimeCodeResend = {
  /** The queued request that causes it. */
  readonly requestId: string;
  readonly challengeId: string;
  /** The kind of second factor that the code is of. */
  readonly factorKind: string;
  /** Whether the new code has all its tries. */
  readonly resetsTries: boolean;
  readonly codeHash: string;
  readonly expiresAt: number;
  readonly mail: NewMessage;
  readonly now: number;
};
