import { type Clock, SECOND } from "../kernel/clock.ts";
import { hashOneTimeToken } from "../kernel/crypto/one-time-token.ts";
import { HUMAN_PROOF_TTL, isHumanProof, newHumanProof } from "./human-proof.ts";
import type { CaptchaCheck } from "./port.ts";

export type ProveHumanDeps = {
  readonly clock: Clock;
  /** Null when captchas are off. */
  readonly captcha: CaptchaCheck | null;
  readonly humanProofs: { add(proofHash: string, expiresAt: number): Promise<void> };
};

/** `expiresIn` in seconds. `off`: captchas are, so there is nothing to prove. */
export type ProofOutcome =
  | { readonly outcome: "passed"; readonly proof: string; readonly expiresIn: number }
  | { readonly outcome: "failed" | "unavailable" | "off" };

/**
 * Trades a captcha that was passed for a proof, good once and wherever a captcha is asked for. A
 * proof is not taken in trade: it would live for ever.
 */
export async function proveHuman(
  deps: ProveHumanDeps,
  input: { readonly token: string; readonly ip: string | null },
): Promise<ProofOutcome> {
  if (deps.captcha === null) return { outcome: "off" };
  if (isHumanProof(input.token)) return { outcome: "failed" };
  const verdict = await deps.captcha.verify({ ...input, action: "prove" });
  if (verdict !== "passed") return { outcome: verdict };
  const proof = newHumanProof();
  await deps.humanProofs.add(await hashOneTimeToken(proof), deps.clock.now() + HUMAN_PROOF_TTL);
  return { outcome: "passed", proof, expiresIn: HUMAN_PROOF_TTL / SECOND };
}
