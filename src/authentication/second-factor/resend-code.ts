import type { Caller } from "../../core/caller.ts";
import type { Result } from "../../core/result.ts";
import type { ClientRefusal, QueueRequest } from "../../queued-requests/queue-request.ts";

export type ResendCodeDeps = { readonly queueRequest: QueueRequest };

/**
 * Mails a new code for a live challenge, at most once a minute, and voids the earlier code. The result does
 * not reveal whether the challenge exists.
 */
export const resendCode = (
  deps: ResendCodeDeps,
  { challengeId, caller }: { readonly challengeId: string; readonly caller: Caller },
): Promise<Result<void, ClientRefusal>> => deps.queueRequest({ kind: "new_code", challengeId }, caller.ip);
