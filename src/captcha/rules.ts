import type { CaptchaVerdict } from "./port.ts";

/** What `siteverify` says, which Turnstile took over from reCAPTCHA. Null is what it left out. */
export type SiteverifyAnswer = {
  readonly success: boolean;
  readonly errorCodes: readonly string[];
  /** Where the widget was shown. */
  readonly hostname: string | null;
  readonly action: string | null;
  /** From 0, a robot, to 1, a person. */
  readonly score: number | null;
  /** The verdict is a published test key's, and says nothing of anybody. */
  readonly fromTestKey: boolean;
};

// "Error codes" of developers.cloudflare.com/turnstile/get-started/server-side-validation and of
// developers.google.com/recaptcha/docs/verify: those that no person's token is to blame for.
const NOT_THE_TOKENS_FAULT: ReadonlySet<string> = new Set([
  "missing-input-secret",
  "invalid-input-secret",
  "bad-request",
  "internal-error",
]);

/**
 * What an answer means. `shows` says whether a success is one for us: for our site, this action, a
 * person. A success that names errors is none.
 */
export function judgeAnswer(
  answer: SiteverifyAnswer | null,
  shows: (answer: SiteverifyAnswer) => boolean,
): CaptchaVerdict {
  if (answer === null || answer.errorCodes.some((code) => NOT_THE_TOKENS_FAULT.has(code))) {
    return "unavailable";
  }
  const vouched = answer.success && answer.errorCodes.length === 0;
  return vouched && shows(answer) ? "passed" : "failed";
}

/**
 * Turnstile's published secrets: `1x…` passes every dummy token, `2x…` fails it, `3x…` calls it
 * spent (developers.cloudflare.com/turnstile/troubleshooting/testing). Real ones begin with `0x`.
 */
export const isTestSecret = (secret: string): boolean => /^[1-9]x0+AA$/i.test(secret);
