import { type Clock, SECOND } from "../core/clock.ts";
import { hashOneTimeToken } from "../core/crypto/one-time-token.ts";
import { CAPTCHA_PROOF_TTL, isCaptchaProof, newCaptchaProof } from "./captcha-proof.ts";
import type { CaptchaProvider } from "./port.ts";
import type { CaptchaProofStore } from "./store.ts";

export type CreateCaptchaProofDeps = {
  readonly clock: Clock;
  /** Null if captchas are off. */
  readonly captchaProvider: CaptchaProvider | null;
  readonly captchaProofs: Pick<CaptchaProofStore, "add">;
};

/** `expiresIn` is in seconds. `off`: captchas are off, so no proof is needed. */
export type ProofOutcome =
  | { readonly outcome: "passed"; readonly proof: string; readonly expiresIn: number }
  | { readonly outcome: "failed" | "unavailable" | "off" };

/**
 * Exchanges a passed captcha for a proof that is valid once, for any action that requires a captcha. A
 * proof cannot be exchanged for another proof, because it could then be renewed forever.
 */
export async function createCaptchaProof(
  deps: CreateCaptchaProofDeps,
  input: { readonly token: string; readonly ip: string | null },
): Promise<ProofOutcome> {
  if (deps.captchaProvider === null) return { outcome: "off" };
  if (isCaptchaProof(input.token)) return { outcome: "failed" };
  const verdict = await deps.captchaProvider.verify({ ...input, action: "prove" });
  if (verdict !== "passed") return { outcome: verdict };
  const proof = newCaptchaProof();
  await deps.captchaProofs.add(await hashOneTimeToken(proof), deps.clock.now() + CAPTCHA_PROOF_TTL);
  return { outcome: "passed", proof, expiresIn: CAPTCHA_PROOF_TTL / SECOND };
}
