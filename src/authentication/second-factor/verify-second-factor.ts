import { newAuditEvent } from "../../admin/audit-log/audit-event.ts";
import type { Caller } from "../../core/caller.ts";
import { DAY } from "../../core/clock.ts";
import { storedAddressKey } from "../../core/email-address.ts";
import { newId } from "../../core/ids.ts";
import { err, ok, type Result } from "../../core/result.ts";
import type { Outbox } from "../../messaging/outbox/outbox-port.ts";
import { type IssueTokensDeps, issueTokens, warmSigningKey } from "../../sessions/issue-tokens.ts";
import { type NewSessionDeps, newSession } from "../../sessions/new-session.ts";
import { type DeviceTokenDeps, signDeviceToken } from "../known-devices/device-token.ts";
import { secondsUntil } from "../lockout/rules.ts";
import { replacedBy } from "../replaced-session.ts";
import type { SignedIn } from "../sign-in-outcome.ts";
import type { SecondFactor, SecondFactorDeps } from "./second-factor.ts";
import type { CountedChallenge, SecondFactorStore } from "./store.ts";

export type VerifySecondFactorDeps = IssueTokensDeps &
  DeviceTokenDeps &
  NewSessionDeps &
  SecondFactorDeps & {
    readonly secondFactors: readonly SecondFactor[];
    readonly secondFactorChallenges: Pick<
      SecondFactorStore,
      "countAttempt" | "openVerified" | "recordLockout"
    >;
    readonly messages: Outbox;
  };

/** `retryAfter` in seconds. */
export type VerifySecondFactorFailure =
  | { readonly reason: "code_incorrect" }
  | { readonly reason: "locked"; readonly retryAfter: number };

type VerificationInput = {
  readonly challengeId: string;
  /** The answer to the challenge. */
  readonly code: string;
  /** The requested audience of the tokens. */
  readonly audience: string;
  /** The session whose cookies the response replaces. */
  readonly replaces: string | null;
  readonly caller: Caller;
};

/**
 * Verifies the answer to a challenge and opens the session. The attempt is counted before it is evaluated, as a failure
 * that a completed sign-in clears. The batch that opens the session consumes the attempt.
 */
export async function verifySecondFactor(
  deps: VerifySecondFactorDeps,
  input: VerificationInput,
): Promise<Result<SignedIn, VerifySecondFactorFailure>> {
  const { challengeId, code, audience, replaces, caller } = input;
  await warmSigningKey(deps);
  const now = deps.clock.now();
  const attempt = { challengeId, attempt: newId() };
  const failure = newAuditEvent(deps, { type: "sign_in_failed", details: { count: 1 } }, caller);
  const counted = await deps.secondFactorChallenges.countAttempt(attempt, failure, now);
  if (counted.kind === "locked") {
    return err({ reason: "locked", retryAfter: secondsUntil(counted.until, now) });
  }
  if (counted.kind === "refused") return err({ reason: "code_incorrect" });
  const { challenge, lockedUntil } = counted;
  const factor = deps.secondFactors.find(({ kind }) => kind === challenge.factorKind);
  const verified = factor
    ? await factor.verify(deps, { ...challenge, id: challengeId }, { by: "code", code })
    : null;
  if (!factor || !verified) return refuseAnswer(deps, challenge, { lockedUntil, caller, now });

  const accountId = challenge.account.id;
  const amr = [...challenge.amr.split(" "), ...verified.amr];
  const deviceId = challenge.deviceId ?? newId();
  const isKnownDevice = !challenge.newDevice;
  const session = { ...newSession(deps, { amr, audience, caller, deviceId, isKnownDevice }), accountId };
  const details = { sessionId: session.id, amr: amr.join(" ") };
  const newDeviceNotice = challenge.newDevice
    ? await deps.messages.create({ kind: "new_device_sign_in" }, { expiresAt: now + DAY })
    : null;
  const account = await deps.secondFactorChallenges.openVerified({
    attempt,
    challenge,
    verified,
    session,
    audit: newAuditEvent(deps, { type: "signed_in", details }, caller, accountId),
    newDeviceNotice,
    replaces: replacedBy(deps, { replaces, accountId, caller }),
    countedAt: failure.at,
    now,
  });
  if (!account) return err({ reason: "code_incorrect" });
  const { consumes } = verified;
  if (consumes?.of === "recovery_code" && consumes.notice) deps.messages.deliverSoon([consumes.notice.id]);
  if (newDeviceNotice) deps.messages.deliverSoon([newDeviceNotice.id]);
  const deviceToken = await signDeviceToken(deps, {
    emailKey: storedAddressKey(account.email),
    deviceId,
    knownSince: deps.clock.now(),
    hasSignedIn: true,
  });
  const { createdAt: rotatedAt, authTime: authenticatedAt } = session;
  const stored = { ...session, generation: 1, rotatedAt, authenticatedAt };
  const tokens = await issueTokens(deps, { session: stored, account }, { audience });
  return ok({ kind: "signed_in", tokens, account, sessionId: session.id, deviceToken });
}

/** The wrong answer that starts the lockout queues a mail to the owner of the account. */
async function refuseAnswer(
  deps: VerifySecondFactorDeps,
  challenge: CountedChallenge,
  {
    lockedUntil,
    caller,
    now,
  }: { readonly lockedUntil: number; readonly caller: Caller; readonly now: number },
): Promise<Result<never, VerifySecondFactorFailure>> {
  if (lockedUntil <= now) return err({ reason: "code_incorrect" });
  const notice = await deps.messages.create({ kind: "account_locked" }, { expiresAt: now + DAY });
  const audit = newAuditEvent(deps, { type: "account_locked", details: { unlock: "time" } }, caller);
  await deps.secondFactorChallenges.recordLockout(challenge, { notice, audit }, now);
  deps.messages.deliverSoon([notice.id]);
  return err({ reason: "locked", retryAfter: secondsUntil(lockedUntil, now) });
}
