import { constantTimeEqual } from "@oslojs/crypto/subtle";
import { generateHOTP } from "@oslojs/otp";
import { SECOND } from "../../../core/clock.ts";
import { utf8 } from "../../../core/crypto/encoding.ts";

// What authenticator apps support: RFC 6238 with SHA-1. Several apps ignore other values of the URI.
export const TOTP_DIGITS = 6;
export const TOTP_PERIOD_SECONDS = 30;

/** 160 bits: the length that RFC 4226 §4 recommends for HMAC-SHA-1. */
const SECRET_BYTES = 20;

/** Time steps before and after the current one whose codes are accepted, for clocks that differ (RFC 6238 §5.2). */
const WINDOW = 1;

export const newTotpSecret = (): Uint8Array<ArrayBuffer> =>
  crypto.getRandomValues(new Uint8Array(SECRET_BYTES));

/** The time step of an instant (ms). */
export const timeStepAt = (instant: number): number => Math.floor(instant / (TOTP_PERIOD_SECONDS * SECOND));

/** The code of a time step. `digits`: from 6 to 8. */
export const totpCode = (secret: Uint8Array, step: number, digits: number = TOTP_DIGITS): string =>
  generateHOTP(secret, BigInt(step), digits);

type TotpAnswer = {
  readonly code: string;
  /** The latest time step whose code was accepted. Null: none. */
  readonly lastStep: number | null;
  /** The instant (ms) of the answer. */
  readonly now: number;
};

/**
 * The earliest time step after `lastStep` that has this code, or null. A step is accepted once, and none before it
 * (RFC 6238 §5.2). Each step takes the same time.
 */
export function matchingTimeStep(secret: Uint8Array, { code, lastStep, now }: TotpAnswer): number | null {
  const current = timeStepAt(now);
  const submitted = utf8(code);
  const matches: number[] = [];
  for (let step = Math.max(current - WINDOW, 0); step <= current + WINDOW; step += 1) {
    const isEqual = constantTimeEqual(utf8(totpCode(secret, step)), submitted);
    if (isEqual && (lastStep === null || step > lastStep)) matches.push(step);
  }
  return matches[0] ?? null;
}
