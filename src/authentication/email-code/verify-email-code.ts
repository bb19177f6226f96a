import { newAuditEvent } from "../../admin/audit-log/audit-event.ts";
import type { Caller } from "../../core/caller.ts";
import type { Defer } from "../../core/defer.ts";
import { parseEmailAddress } from "../../core/email-address.ts";
import { newId } from "../../core/ids.ts";
import { err, type Result } from "../../core/result.ts";
import type { QueueRequest } from "../../queued-requests/queue-request.ts";
import { type CheckSignUpDeps, maySignUp } from "../../registration/check-sign-up.ts";
import type { RevocationList } from "../../sessions/revocation-list/revocation-list.ts";
import { type CompleteFirstFactorDeps, completeFirstFactor } from "../complete-first-factor.ts";
import { recognizeDevice } from "../known-devices/device-token.ts";
import type { FailedSignInLog } from "../lockout/failed-sign-in.ts";
import { lockoutKey, targetIdOf } from "../lockout/lockout-keys.ts";
import { secondsUntil } from "../lockout/rules.ts";
import { isHashOfCode } from "../one-time-codes/new-code.ts";
import { retryOnConflict } from "../retry-on-conflict.ts";
import type { SecondFactorRequired, SignedIn, SignInFailure } from "../sign-in-outcome.ts";
import { readChallengeId } from "./challenge-id.ts";
import { type ProveEmailCodeDeps, proveEmailCode } from "./prove-email-code.ts";
import { type EmailCodeRefusal, judgeEmailCode } from "./rules.ts";
import type { CodeAttemptCounted, CodeAttemptInput, EmailCodeStore } from "./store.ts";

export type VerifyEmailCodeDeps = CompleteFirstFactorDeps &
  ProveEmailCodeDeps &
  CheckSignUpDeps & {
    readonly emailCodes: EmailCodeStore;
    readonly passwords: FailedSignInLog;
    readonly queueRequest: QueueRequest;
    readonly defer: Defer;
    readonly revocationList: Pick<RevocationList, "publishPending">;
  };

export type EmailCodeFailure = SignInFailure | { readonly reason: EmailCodeRefusal };

type Verification = {
  readonly challengeId: string;
  readonly code: string;
  readonly deviceTokens: readonly string[];
  /** The audience of the tokens. */
  readonly audience: string;
  /** The session whose cookies the response replaces. */
  readonly replaces: string | null;
  readonly caller: Caller;
};

type Counted = Extract<CodeAttemptCounted, { kind: "counted" }>;

/**
 * Verifies the code of a challenge, then signs in or starts the second factor. The attempt is counted before it is
 * evaluated, as a failure that a correct code clears. An address without an account costs the same work.
 */
export async function verifyEmailCode(
  deps: VerifyEmailCodeDeps,
  input: Verification,
): Promise<Result<SignedIn | SecondFactorRequired, EmailCodeFailure>> {
  const challenge = await readChallengeId(deps, input.challengeId);
  if (!challenge) return err({ reason: "code_incorrect" });
  const attempt = await newAttempt(deps, challenge, input.deviceTokens);
  const counted = await deps.emailCodes.countAttempt(attempt);
  if (counted.kind === "refused") return err({ reason: "code_incorrect" });
  if (counted.kind === "locked") {
    await deps.passwords.recordFailure(failedSignIn(deps, input.caller, attempt));
    return err({ reason: "locked", retryAfter: secondsUntil(counted.until, attempt.now) });
  }
  if (!(await isHashOfCode(deps, challenge.id, input.code, counted.codeHash))) {
    return refuseCode(deps, input, { attempt, counted });
  }
  // The retry belongs to the same attempt: a registration of the address may have come first.
  return retryOnConflict<SignedIn | SecondFactorRequired, EmailCodeFailure>(async (isRetry) => {
    const holder = isRetry ? await deps.emailCodes.findHolder(attempt) : counted.holder;
    return signIn(deps, input, { attempt, counted: { ...counted, holder } });
  });
}

async function newAttempt(
  deps: VerifyEmailCodeDeps,
  { id, emailKey }: { readonly id: string; readonly emailKey: string },
  deviceTokens: readonly string[],
): Promise<CodeAttemptInput> {
  const [codes, unknownDevices, knownDevices, device] = await Promise.all([
    lockoutKey(deps, emailKey, "email-codes"),
    lockoutKey(deps, emailKey, "unknown-devices"),
    lockoutKey(deps, emailKey, "known-devices"),
    recognizeDevice(deps, deviceTokens, emailKey),
  ]);
  const keys = { codes, unknownDevices, knownDevices };
  return { id, attempt: newId(), emailKey, keys, device, now: deps.clock.now() };
}

type CountedAttempt = { readonly attempt: CodeAttemptInput; readonly counted: Counted };

/** Signs in by a correct code, if the state of the account allows it. */
async function signIn(
  deps: VerifyEmailCodeDeps,
  input: Verification,
  { attempt, counted: { email, holder } }: CountedAttempt,
): Promise<Result<SignedIn | SecondFactorRequired, EmailCodeFailure>> {
  const parsed = parseEmailAddress(email);
  if (!parsed.ok) return err({ reason: "code_incorrect" });
  const judged = judgeEmailCode(holder, await maySignUp(deps, parsed.value));
  if ("refusal" in judged) {
    if (judged.refusal === "account_deactivated") await deps.emailCodes.release(attempt, holder);
    return err({ reason: judged.refusal });
  }
  const { decision } = judged;
  const { firstFactor, factorFacts } = await proveEmailCode(deps, input, {
    attempt,
    email: parsed.value,
    decision,
    holder,
  });
  const completed = await completeFirstFactor(deps, firstFactor, factorFacts);
  const { notice } = firstFactor.grant.proof;
  if (completed.ok && notice) {
    deps.messages.deliverSoon([notice.id]);
    // The claim has ended the sessions of the earlier user.
    deps.defer(() => deps.revocationList.publishPending(deps.clock.now()));
  }
  return completed;
}

/** A wrong code stays counted. The one that starts a lockout queues its audit events and a notice, for every address alike. */
async function refuseCode(
  deps: VerifyEmailCodeDeps,
  { caller }: Verification,
  { attempt, counted: { lockedUntil } }: CountedAttempt,
): Promise<Result<never, EmailCodeFailure>> {
  const { emailKey, now } = attempt;
  const failed = failedSignIn(deps, caller, attempt);
  if (lockedUntil <= now) {
    await deps.passwords.recordFailure(failed);
    return err({ reason: "code_incorrect" });
  }
  const audit = newAuditEvent(deps, { type: "account_locked", details: { unlock: "time" } }, caller);
  const { failure, targetId } = failed;
  await deps.queueRequest(
    { kind: "lockout_notice", emailKey, targetId, failure, notice: "account_locked", audit },
    null,
  );
  return err({ reason: "locked", retryAfter: secondsUntil(lockedUntil, now) });
}

const failedSignIn = (
  deps: Pick<VerifyEmailCodeDeps, "clock">,
  caller: Caller,
  { emailKey, keys }: CodeAttemptInput,
) => ({
  failure: newAuditEvent(deps, { type: "sign_in_failed", details: { count: 1 } }, caller),
  emailKey,
  targetId: targetIdOf(keys.unknownDevices),
});
