import type { FailureCode } from "../kernel/failure-codes.ts";
import type { ProofOutcome } from "./prove-human.ts";

/** For the trade of a captcha for a proof. */
export const proofFailures = {
  failed: "captcha_failed",
  unavailable: "unavailable",
  off: "not_found",
} as const satisfies Record<Exclude<ProofOutcome["outcome"], "passed">, FailureCode>;
