import type { Clock } from "../core/clock.ts";
import { hashOneTimeToken } from "../core/crypto/one-time-token.ts";
import { isCaptchaProof, isWellFormedProof } from "./captcha-proof.ts";
import type { CaptchaAction, CaptchaProvider, CaptchaVerdict } from "./port.ts";
import type { CaptchaProofStore } from "./store.ts";

export type RequireCaptchaDeps = {
  readonly clock: Clock;
  /** Null if captchas are off. */
  readonly captchaProvider: CaptchaProvider | null;
  readonly captchaProofs: Pick<CaptchaProofStore, "consume">;
};

export type RequireCaptchaInput = {
  /** A provider's token, a proof of `createCaptchaProof`, or undefined. */
  readonly token: string | undefined;
  readonly action: Exclude<CaptchaAction, "prove">;
  readonly ip: string | null;
  /** True if the policy requires a captcha for this request. */
  readonly required: boolean;
};

/** Why the request is refused. */
export type CaptchaRefusal = "captcha_required" | "captcha_failed" | "unavailable";

/** The captcha check as a dependency of use cases. */
export type CaptchaCheck = {
  require(input: RequireCaptchaInput): Promise<"passed" | CaptchaRefusal>;
};

const OUTCOMES = {
  passed: "passed",
  failed: "captcha_failed",
  unavailable: "unavailable",
} as const satisfies Record<CaptchaVerdict, "passed" | CaptchaRefusal>;

/**
 * Verifies the captcha of a request that requires one. A token that is not required is not consumed. A
 * verified proof is consumed, even if the request fails later. Throws `Unavailable` if D1 fails.
 */
export async function requireCaptcha(
  deps: RequireCaptchaDeps,
  input: RequireCaptchaInput,
): Promise<"passed" | CaptchaRefusal> {
  const { token, action, ip, required } = input;
  if (deps.captchaProvider === null || !required) return "passed";
  if (!token) return "captcha_required";
  if (isCaptchaProof(token)) return (await consumeProof(deps, token)) ? "passed" : "captcha_failed";
  return OUTCOMES[await deps.captchaProvider.verify({ token, ip, action })];
}

async function consumeProof(deps: RequireCaptchaDeps, proof: string): Promise<boolean> {
  if (!isWellFormedProof(proof)) return false;
  return deps.captchaProofs.consume(await hashOneTimeToken(proof), deps.clock.now());
}
