import type { Caller } from "../../core/caller.ts";
import type { SecretRing } from "../../core/crypto/secret-ring.ts";
import { ok, type Result } from "../../core/result.ts";
import type { ClientRefusal, QueueRequest } from "../../queued-requests/queue-request.ts";
import { readChallengeId } from "./challenge-id.ts";

export type RequestNewEmailCodeDeps = { readonly secrets: SecretRing; readonly queueRequest: QueueRequest };

/**
 * Mails a new code for a live challenge, at most once a minute, and voids the earlier code. The result does not reveal
 * whether the challenge has a code.
 */
export async function requestNewEmailCode(
  deps: RequestNewEmailCodeDeps,
  { challengeId, caller }: { readonly challengeId: string; readonly caller: Caller },
): Promise<Result<void, ClientRefusal>> {
  const challenge = await readChallengeId(deps, challengeId);
  if (!challenge) return ok(undefined);
  return deps.queueRequest({ kind: "email_code_resend", id: challenge.id }, caller.ip);
}
