import type { Account } from "../accounts/account.ts";
import { type NewAuditEvent, newAuditEvent } from "../admin/audit-log/audit-event.ts";
import { DAY } from "../core/clock.ts";
import { err, ok, type Result } from "../core/result.ts";
import type { NewMessage } from "../messaging/outbox/message.ts";
import type { Outbox } from "../messaging/outbox/outbox-port.ts";
import { warmSigningKey } from "../sessions/issue-tokens.ts";
import { type NewSessionDeps, newSession } from "../sessions/new-session.ts";
import type { SessionDraft } from "../sessions/session.ts";
import { amrOf, type FirstFactorGrant } from "./first-factor.ts";
import type { FirstFactorResult } from "./first-factor-result.ts";
import { type DeviceTokenDeps, signDeviceToken } from "./known-devices/device-token.ts";
import { secondsUntil } from "./lockout/rules.ts";
import type { SignedIn, SignInFailure } from "./sign-in-outcome.ts";
import { type SignedInDeps, signedIn } from "./signed-in.ts";

export type CompleteSignInDeps = SignedInDeps &
  DeviceTokenDeps &
  NewSessionDeps & {
    readonly logins: {
      open(draft: {
        step: FirstFactorGrant;
        session: SessionDraft;
        audit: NewAuditEvent;
        newDeviceNotice: NewMessage | null;
      }): Promise<
        | { kind: "opened"; account: Account }
        | { kind: "locked"; until: number }
        | { kind: "changed_meanwhile" }
      >;
    };
    readonly messages: Outbox;
  };

/** Opens the session and issues its first tokens. */
export async function completeSignIn(
  deps: CompleteSignInDeps,
  person: FirstFactorResult,
): Promise<Result<SignedIn, SignInFailure>> {
  const { step, emailKey, caller, device } = person;
  await warmSigningKey(deps);
  const now = deps.clock.now();
  const amr = amrOf(step);
  const session = { ...newSession(deps, [amr], caller), accountId: step.accountId };
  const details = { sessionId: session.id, amr };
  const notice = device
    ? null
    : await deps.messages.draft({ kind: "new_device_sign_in" }, { expiresAt: now + DAY });
  const outcome = await deps.logins.open({
    step,
    session,
    audit: newAuditEvent(deps, { type: "signed_in", details }, caller, step.accountId),
    newDeviceNotice: notice,
  });
  if (outcome.kind === "changed_meanwhile") return err({ reason: "changed_meanwhile" });
  if (outcome.kind === "locked") {
    return err({ reason: "locked", retryAfter: secondsUntil(outcome.until, now) });
  }
  if (notice) deps.messages.deliverSoon([notice.id]);
  const { account } = outcome;
  const deviceToken = await signDeviceToken(deps, emailKey, device?.deviceId ?? null);
  return ok(await signedIn(deps, { session, account, deviceToken }));
}
