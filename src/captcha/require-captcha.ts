import type { Clock } from "../core/clock.ts";
import { hashOneTimeToken } from "../core/crypto/one-time-token.ts";
import { isCaptchaProof, isWellFormedProof } from "./captcha-proof.ts";
import type { CaptchaAction, CaptchaCheck, CaptchaVerdict } from "./port.ts";

export type RequireCaptchaDeps = {
  readonly clock: Clock;
  /** Null when captchas are off. */
  readonly captcha: CaptchaCheck | null;
  readonly captchaProofs: { consume(proofHash: string, now: number): Promise<boolean> };
};

export type CaptchaClaim = {
  /** What the caller sent: a provider's token, a proof of ours, or nothing. */
  readonly token: string | undefined;
  readonly action: Exclude<CaptchaAction, "prove">;
  readonly ip: string | null;
  /** Whether the policy asks for a captcha here and now. */
  readonly asked: boolean;
};

/** Why somebody does not get on. */
export type CaptchaRefusal = "captcha_required" | "captcha_failed" | "unavailable";

const OUTCOMES = {
  passed: "human",
  failed: "captcha_failed",
  unavailable: "unavailable",
} as const satisfies Record<CaptchaVerdict, "human" | CaptchaRefusal>;

/**
 * Lets a person through where a captcha is asked for; a token that came unasked stays unspent. A
 * proof is spent by this, whatever comes after. Throws `Unavailable` when the database is out.
 */
export async function requireCaptcha(
  deps: RequireCaptchaDeps,
  claim: CaptchaClaim,
): Promise<"human" | CaptchaRefusal> {
  const { token, action, ip, asked } = claim;
  if (deps.captcha === null || !asked) return "human";
  if (!token) return "captcha_required";
  if (isCaptchaProof(token)) return (await spendProof(deps, token)) ? "human" : "captcha_failed";
  return OUTCOMES[await deps.captcha.verify({ token, ip, action })];
}

async function spendProof(deps: RequireCaptchaDeps, proof: string): Promise<boolean> {
  if (!isWellFormedProof(proof)) return false;
  return deps.captchaProofs.consume(await hashOneTimeToken(proof), deps.clock.now());
}
