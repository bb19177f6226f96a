import type { ErrorCode } from "../core/error-codes.ts";
import type { ProofOutcome } from "./create-captcha-proof.ts";

/** The error codes of `createCaptchaProof`. */
export const captchaProofErrors = {
  failed: "captcha_failed",
  unavailable: "unavailable",
  off: "not_found",
} as const satisfies Record<Exclude<ProofOutcome["outcome"], "passed">, ErrorCode>;
