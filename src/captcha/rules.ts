import type { CaptchaVerdict } from "./port.ts";

/** The response of `siteverify`, the same for Turnstile and reCAPTCHA. Missing fields are null. */
export type SiteverifyResponse = {
  readonly success: boolean;
  readonly errorCodes: readonly string[];
  /** The host that showed the widget. */
  readonly hostname: string | null;
  readonly action: string | null;
  /** From 0 (bot) to 1 (human). */
  readonly score: number | null;
  /** The verdict comes from a published test key and is meaningless. */
  readonly fromTestKey: boolean;
};

// "Error codes" of developers.cloudflare.com/turnstile/get-started/server-side-validation and of
// developers.google.com/recaptcha/docs/verify: the errors that the token did not cause.
const CONFIGURATION_ERRORS: ReadonlySet<string> = new Set([
  "missing-input-secret",
  "invalid-input-secret",
  "bad-request",
  "internal-error",
]);

/**
 * The verdict of a response. `isAccepted` checks a success: our site, this action, a human. A success
 * with error codes does not count.
 */
export function judgeResponse(
  response: SiteverifyResponse | null,
  isAccepted: (response: SiteverifyResponse) => boolean,
): CaptchaVerdict {
  if (response === null || response.errorCodes.some((code) => CONFIGURATION_ERRORS.has(code))) {
    return "unavailable";
  }
  const isSuccess = response.success && response.errorCodes.length === 0;
  return isSuccess && isAccepted(response) ? "passed" : "failed";
}

/**
 * Turnstile's published test secrets: `1x…` accepts every dummy token, `2x…` rejects it, `3x…` reports it
 * as already used (developers.cloudflare.com/turnstile/troubleshooting/testing). Real ones begin with `0x`.
 */
export const isTestSecret = (secret: string): boolean => /^[1-9]x0+AA$/i.test(secret);
