import type { Caller } from "../../core/caller.ts";
import type { Result } from "../../core/result.ts";
import type { ClientRefusal, QueueRequest } from "../../queued-requests/queue-request.ts";
import type { SentFactorKind } from "./policy.ts";

export type ResendCodeDeps = { readonly queueRequest: QueueRequest };

type ResendInput = {
  readonly challengeId: string;
  /** How the code is sent. Absent: as the last one was. */
  readonly factor?: SentFactorKind | undefined;
  readonly caller: Caller;
};

/**
 * Sends a new code for a live challenge, at most once a minute, and voids the earlier code. The result does not reveal
 * whether the challenge exists, nor which factors it offers.
 */
export const resendCode = (
  deps: ResendCodeDeps,
  { challengeId, factor, caller }: ResendInput,
): Promise<Result<void, ClientRefusal>> =>
  deps.queueRequest({ kind: "new_code", challengeId, ...(factor ? { factor } : {}) }, caller.ip);
