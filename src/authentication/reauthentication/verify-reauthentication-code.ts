import type { Clock } from "../../core/clock.ts";
import type { SecretRing } from "../../core/crypto/secret-ring.ts";
import { newId } from "../../core/ids.ts";
import { err, ok, type Result } from "../../core/result.ts";
import type { CurrentSession } from "../../sessions/session.ts";
import { lockoutKey } from "../lockout/lockout-keys.ts";
import { secondsUntil } from "../lockout/rules.ts";
import { codeHashes } from "../one-time-codes/new-code.ts";
import { codeSubject, type ReauthenticatedSession, reauthenticated } from "./reauthenticate-session.ts";
import type { ReauthenticationStore } from "./store.ts";

export type VerifyReauthenticationCodeDeps = {
  readonly clock: Clock;
  readonly secrets: SecretRing;
  readonly reauthentications: Pick<ReauthenticationStore, "verifyCode">;
};

/** `retryAfter` in seconds. */
export type ReauthenticationCodeFailure =
  | { readonly reason: "code_incorrect" }
  | { readonly reason: "locked"; readonly retryAfter: number };

type CodeAnswer = {
  readonly session: CurrentSession;
  readonly challengeId: string;
  readonly code: string;
};

/**
 * Verifies the mailed code of a reauthentication in the session that asked for it. A wrong code counts for the lockout
 * `signed-in` of the account, as a wrong password does, and a correct one does not reset it.
 */
export async function verifyReauthenticationCode(
  deps: VerifyReauthenticationCodeDeps,
  { session, challengeId, code }: CodeAnswer,
): Promise<Result<ReauthenticatedSession, ReauthenticationCodeFailure>> {
  const { sessionId, account } = session;
  const now = deps.clock.now();
  const outcome = await deps.reauthentications.verifyCode({
    accountId: account.id,
    sessionId,
    challengeId,
    attempt: newId(),
    codeHashes: await codeHashes(deps, codeSubject(challengeId, sessionId), code),
    lockoutKey: await lockoutKey(deps, account.id, "signed-in"),
    now,
  });
  if (outcome.kind === "locked") {
    return err({ reason: "locked", retryAfter: secondsUntil(outcome.until, now) });
  }
  return outcome.kind === "refused" ? err({ reason: "code_incorrect" }) : ok(reauthenticated(session, now));
}
