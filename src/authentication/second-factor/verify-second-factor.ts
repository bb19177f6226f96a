import type { Account } from "../../accounts/account.ts";
import { type NewAuditEvent, newAuditEvent } from "../../admin/audit-log/audit-event.ts";
import type { Caller } from "../../core/caller.ts";
import { DAY } from "../../core/clock.ts";
import type { SecretRing } from "../../core/crypto/secret-ring.ts";
import { storedAddressKey } from "../../core/email-address.ts";
import { newId } from "../../core/ids.ts";
import { err, ok, type Result } from "../../core/result.ts";
import type { NewMessage } from "../../messaging/outbox/message.ts";
import type { Outbox } from "../../messaging/outbox/outbox-port.ts";
import { warmSigningKey } from "../../sessions/issue-tokens.ts";
import { type NewSessionDeps, newSession } from "../../sessions/new-session.ts";
import type { SessionDraft } from "../../sessions/session.ts";
import { type DeviceTokenDeps, signDeviceToken } from "../known-devices/device-token.ts";
import { secondsUntil } from "../lockout/rules.ts";
import { codeHashes } from "../one-time-codes/new-code.ts";
import type { LoginFailure } from "../password/login-failure.ts";
import type { SignedIn } from "../sign-in-outcome.ts";
import { type SignedInDeps, signedIn } from "../signed-in.ts";

export type VerifySecondFactorDeps = SignedInDeps &
  DeviceTokenDeps &
  NewSessionDeps & {
    readonly secrets: SecretRing;
    readonly logins: {
      answerChallenge(draft: {
        challengeId: string;
        attempt: string;
        codeHashes: readonly string[];
        session: Omit<SessionDraft, "accountId">;
        audit: NewAuditEvent;
        newDeviceNotice: NewMessage;
        lockNotice: NewMessage;
        now: number;
      }): Promise<
        | { kind: "signed_in"; account: Account; amr: readonly string[] }
        | { kind: "refused" }
        | { kind: "locked"; until: number }
      >;
    };
    readonly messages: Outbox;
  };

type Answer = { readonly challengeId: string; readonly code: string; readonly caller: Caller };

/** Answers the second step. One batch spends the try, judges it and opens the session, or does not. */
export async function verifySecondFactor(
  deps: VerifySecondFactorDeps,
  input: Answer,
): Promise<Result<SignedIn, LoginFailure>> {
  const { challengeId, code, caller } = input;
  await warmSigningKey(deps);
  const now = deps.clock.now();
  // How the first step went is the challenge's to say, and its batch adds it.
  const session = newSession(deps, ["otp"], caller);
  const details = { sessionId: session.id, amr: "otp" };
  const expiresAt = now + DAY;
  const newDeviceNotice = await deps.messages.draft({ kind: "new_device_sign_in" }, { expiresAt });
  const lockNotice = await deps.messages.draft({ kind: "account_locked" }, { expiresAt });
  const outcome = await deps.logins.answerChallenge({
    challengeId,
    attempt: newId(),
    codeHashes: await codeHashes(deps, challengeId, code),
    session,
    audit: newAuditEvent(deps, { type: "signed_in", details }, caller),
    newDeviceNotice,
    lockNotice,
    now,
  });
  // At most one of them was queued, and nobody can tell from here which.
  deps.messages.deliverSoon([newDeviceNotice.id, lockNotice.id]);
  if (outcome.kind === "locked") {
    return err({ reason: "locked", retryAfter: secondsUntil(outcome.until, now) });
  }
  if (outcome.kind === "refused") return err({ reason: "code_incorrect" });
  const { account, amr } = outcome;
  const deviceToken = await signDeviceToken(deps, storedAddressKey(account.email), null);
  return ok(await signedIn(deps, { session: { ...session, amr }, account, deviceToken }));
}
