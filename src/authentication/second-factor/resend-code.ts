import type { QueueRequest } from "../../queued-requests/queue-request.ts";

export type ResendCodeDeps = { readonly queueRequest: QueueRequest };

/**
 * Mails a new code for a live challenge, at most once a minute, and voids the earlier code. The result does
 * not reveal whether the challenge exists.
 */
export async function resendCode(
  deps: ResendCodeDeps,
  { challengeId }: { readonly challengeId: string },
): Promise<void> {
  await deps.queueRequest({ kind: "new_code", challengeId }, null);
}
