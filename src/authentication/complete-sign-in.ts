import { newAuditEvent } from "../admin/audit-log/audit-event.ts";
import { DAY } from "../core/clock.ts";
import { newId } from "../core/ids.ts";
import { err, ok, type Result } from "../core/result.ts";
import type { Outbox } from "../messaging/outbox/outbox-port.ts";
import { ownAudience } from "../sessions/audience.ts";
import { type IssueTokensDeps, issueTokens, warmSigningKey } from "../sessions/issue-tokens.ts";
import { type NewSessionDeps, newSession } from "../sessions/new-session.ts";
import { amrOf } from "./factors.ts";
import type { FirstFactorResult } from "./first-factor-result.ts";
import { type DeviceTokenDeps, signDeviceToken } from "./known-devices/device-token.ts";
import { secondsUntil } from "./lockout/rules.ts";
import { type RestrictPendingDeps, restrictPending } from "./pending-deletion.ts";
import { replacedBy } from "./replaced-session.ts";
import type { SessionOpener } from "./session-opener.ts";
import type { SignedIn, SignInFailure } from "./sign-in-outcome.ts";

export type CompleteSignInDeps = IssueTokensDeps &
  DeviceTokenDeps &
  NewSessionDeps &
  RestrictPendingDeps & { readonly signIns: SessionOpener; readonly messages: Outbox };

/** How the second factor was decided on. */
type Decided = {
  /** The second factor that the user has to enrol until an instant (ms). */
  readonly enrolment?: { readonly dueAt: number; readonly isOverdue: boolean };
  /** Whether the trust in the device has spared the second factor of the account: sensitive changes ask for it. */
  readonly isSpared?: boolean;
};

/**
 * Opens the session and issues its first tokens. If an enrolment is overdue, the session is good for the enrolment only,
 * and so is the audience of its tokens.
 */
export async function completeSignIn(
  deps: CompleteSignInDeps,
  firstFactor: FirstFactorResult,
  { enrolment, isSpared = false }: Decided = {},
): Promise<Result<SignedIn, SignInFailure>> {
  const { grant, emailKey, caller, device, replaces, isPersistent = true } = firstFactor;
  const restriction = enrolment?.isOverdue ? "enrol_second_factor" : null;
  const audience = restriction === null ? firstFactor.audience : ownAudience(deps.settings);
  await warmSigningKey(deps);
  const now = deps.clock.now();
  const amr = amrOf(grant);
  // The next token of a device from before `known_devices` gets a row.
  const deviceId = device?.isListed ? device.deviceId : newId();
  const isKnownDevice = device?.hasSignedIn ?? false;
  const { authenticatedAt: at } = firstFactor;
  const session = {
    ...newSession(deps, {
      ...{ amr, audience, caller, deviceId, isKnownDevice, restriction, isPersistent },
      isConfirmed: !isSpared,
      authenticatedAt: at,
    }),
    accountId: grant.accountId,
  };
  const details = { sessionId: session.id, amr: amr.join(" ") };
  const newDeviceNotice = device?.hasSignedIn
    ? null
    : await deps.messages.create({ kind: "new_device_sign_in" }, { expiresAt: now + DAY });
  const outcome = await deps.signIns.openSession({
    grant,
    session,
    audit: newAuditEvent(deps, { type: "signed_in", details }, caller, grant.accountId),
    newDeviceNotice,
    replaces: replacedBy(deps, { replaces, accountId: grant.accountId, caller }),
    enrolmentDueAt: enrolment?.dueAt ?? null,
  });
  if (outcome.kind === "changed_meanwhile") return err({ reason: "changed_meanwhile" });
  if (outcome.kind !== "opened") {
    return err({ reason: outcome.kind, retryAfter: secondsUntil(outcome.until, now) });
  }
  if (newDeviceNotice) deps.messages.deliverSoon([newDeviceNotice.id]);
  const { account } = outcome;
  const knownSince = deps.clock.now();
  const deviceToken = await signDeviceToken(deps, { emailKey, deviceId, knownSince, hasSignedIn: true });
  const { createdAt: rotatedAt, authTime: authenticatedAt } = session;
  const stored = { ...session, generation: 1, rotatedAt, authenticatedAt };
  const allowed = restrictPending(deps, session, account);
  const limit = account.deletionDueAt === null ? session.restriction : "deletion_pending";
  const tokens = await issueTokens(deps, { session: { ...stored, restriction: limit }, account }, allowed);
  return ok({ kind: "signed_in", tokens, account, sessionId: session.id, isPersistent, deviceToken });
}
