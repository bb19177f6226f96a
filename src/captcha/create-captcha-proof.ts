import { type Clock, SECOND } from "../core/clock.ts";
import { hashOneTimeToken } from "../core/crypto/one-time-token.ts";
import { CAPTCHA_PROOF_TTL, isCaptchaProof, newCaptchaProof } from "./captcha-proof.ts";
import type { CaptchaCheck } from "./port.ts";

export type CreateCaptchaProofDeps = {
  readonly clock: Clock;
  /** Null when captchas are off. */
  readonly captcha: CaptchaCheck | null;
  readonly captchaProofs: { add(proofHash: string, expiresAt: number): Promise<void> };
};

/** `expiresIn` in seconds. `off`: captchas are, so there is nothing to prove. */
export type ProofOutcome =
  | { readonly outcome: "passed"; readonly proof: string; readonly expiresIn: number }
  | { readonly outcome: "failed" | "unavailable" | "off" };

/**
 * Trades a captcha that was passed for a proof, good once and wherever a captcha is asked for. A
 * proof is not taken in trade: it would live for ever.
 */
export async function createCaptchaProof(
  deps: CreateCaptchaProofDeps,
  input: { readonly token: string; readonly ip: string | null },
): Promise<ProofOutcome> {
  if (deps.captcha === null) return { outcome: "off" };
  if (isCaptchaProof(input.token)) return { outcome: "failed" };
  const verdict = await deps.captcha.verify({ ...input, action: "prove" });
  if (verdict !== "passed") return { outcome: verdict };
  const proof = newCaptchaProof();
  await deps.captchaProofs.add(await hashOneTimeToken(proof), deps.clock.now() + CAPTCHA_PROOF_TTL);
  return { outcome: "passed", proof, expiresIn: CAPTCHA_PROOF_TTL / SECOND };
}
