import { newAuditEvent } from "../../admin/audit-log/audit-event.ts";
import type { Caller } from "../../core/caller.ts";
import { DAY } from "../../core/clock.ts";
import { storedAddressKey } from "../../core/email-address.ts";
import { newId } from "../../core/ids.ts";
import { err, ok, type Result } from "../../core/result.ts";
import type { Outbox } from "../../messaging/outbox/outbox-port.ts";
import { type IssueTokensDeps, issueTokens, warmSigningKey } from "../../sessions/issue-tokens.ts";
import { type NewSessionDeps, newSession } from "../../sessions/new-session.ts";
import { amrOfTwoFactors } from "../amr.ts";
import { type DeviceTokenDeps, signDeviceToken } from "../known-devices/device-token.ts";
import { secondsUntil } from "../lockout/rules.ts";
import { type RestrictPendingDeps, restrictPending } from "../pending-deletion.ts";
import { replacedBy } from "../replaced-session.ts";
import type { SignedIn } from "../sign-in-outcome.ts";
import type { CountedChallenge } from "./challenge.ts";
import type { SecondFactorKind, SecondFactorSettings } from "./policy.ts";
import { offerFactors, trustUntil, usableKinds } from "./rules.ts";
import {
  deliverNoticeOf,
  type SecondFactor,
  type SecondFactorAnswer,
  type SecondFactorDeps,
  type Verified,
} from "./second-factor.ts";
import type { SecondFactorStore } from "./store.ts";

export type VerifySecondFactorDeps = IssueTokensDeps &
  DeviceTokenDeps &
  NewSessionDeps &
  SecondFactorDeps &
  RestrictPendingDeps & {
    readonly secondFactors: readonly SecondFactor[];
    readonly secondFactorChallenges: Pick<
      SecondFactorStore,
      "countAttempt" | "openVerified" | "recordLockout"
    >;
    readonly messages: Outbox;
    readonly settings: { readonly secondFactor: SecondFactorSettings };
  };

/** `retryAfter` in seconds. */
export type VerifySecondFactorFailure =
  | { readonly reason: "code_incorrect" }
  | { readonly reason: "locked"; readonly retryAfter: number };

type VerificationInput = {
  readonly challengeId: string;
  readonly answer: SecondFactorAnswer;
  /** The kind of factor that the answer is of. Default: that of the challenge, or a passkey for an assertion. */
  readonly factor?: SecondFactorKind | undefined;
  /** Whether later sign-ins on this device need no second factor. */
  readonly rememberDevice?: boolean | undefined;
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
  const { challengeId, audience, replaces, caller } = input;
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
  const proof = await verifyAnswer(deps, challenge, input);
  if (!proof) return refuseAnswer(deps, challenge, { lockedUntil, caller, now });

  const { kind, verified } = proof;
  const accountId = challenge.account.id;
  const amr = amrOfTwoFactors(challenge.amr.split(" "), verified.amr);
  const deviceId = challenge.deviceId ?? newId();
  const isKnownDevice = !challenge.newDevice;
  const { isPersistent } = challenge;
  const opened = newSession(deps, { amr, audience, caller, deviceId, isKnownDevice, isPersistent });
  const session = { ...opened, accountId };
  const details = { sessionId: session.id, amr: amr.join(" ") };
  const newDeviceNotice = challenge.newDevice
    ? await deps.messages.create({ kind: "new_device_sign_in" }, { expiresAt: now + DAY })
    : null;
  const account = await deps.secondFactorChallenges.openVerified({
    attempt,
    challenge,
    kind,
    verified,
    trust: input.rememberDevice ? newTrust(deps, { deviceId, accountId, caller }) : null,
    session,
    audit: newAuditEvent(deps, { type: "signed_in", details }, caller, accountId),
    newDeviceNotice,
    replaces: replacedBy(deps, { replaces, accountId, caller }),
    countedAt: failure.at,
    now,
  });
  if (!account) return err({ reason: "code_incorrect" });
  deliverNoticeOf(deps, verified);
  if (newDeviceNotice) deps.messages.deliverSoon([newDeviceNotice.id]);
  const deviceToken = await signDeviceToken(deps, {
    emailKey: storedAddressKey(account.email),
    deviceId,
    knownSince: deps.clock.now(),
    hasSignedIn: true,
  });
  const { createdAt: rotatedAt, authTime: authenticatedAt } = session;
  const stored = { ...session, generation: 1, rotatedAt, authenticatedAt };
  const allowed = restrictPending(deps, session, account);
  const limit = account.deletionDueAt === null ? session.restriction : "deletion_pending";
  const tokens = await issueTokens(deps, { session: { ...stored, restriction: limit }, account }, allowed);
  return ok({ kind: "signed_in", tokens, account, sessionId: session.id, isPersistent, deviceToken });
}

type VerifiedAnswer = { readonly kind: SecondFactorKind; readonly verified: Verified };

/** Null for a wrong answer, and for one of a factor that the account does not have at this instant. */
async function verifyAnswer(
  deps: VerifySecondFactorDeps,
  challenge: CountedChallenge,
  { challengeId, answer, factor: requested }: VerificationInput,
): Promise<VerifiedAnswer | null> {
  const kind = requested ?? (answer.by === "assertion" ? "passkey" : challenge.factorKind);
  const offer = offerFactors({
    account: challenge.factorFacts,
    kinds: usableKinds(deps.settings.secondFactor, deps.secondFactors),
    firstFactor: challenge.amr.split(" "),
  });
  const factor = deps.secondFactors.find((each) => each.kind === kind);
  if (!factor || !offer?.factors.includes(factor.kind)) return null;
  // The code that was sent answers for the kind only that it was sent as.
  const codeHash = kind === challenge.factorKind ? challenge.codeHash : "";
  const verified = await factor.verify(deps, { ...challenge, codeHash, id: challengeId }, answer);
  return verified && { kind: factor.kind, verified };
}

type TrustedDevice = { readonly deviceId: string; readonly accountId: string; readonly caller: Caller };

/** Null where devices cannot be trusted. */
function newTrust(deps: VerifySecondFactorDeps, { deviceId, accountId, caller }: TrustedDevice) {
  const until = trustUntil(deps.settings.secondFactor, deps.clock.now());
  const event = { type: "device_trusted", details: { deviceId } } as const;
  return until === null ? null : { until, audit: newAuditEvent(deps, event, caller, accountId) };
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
