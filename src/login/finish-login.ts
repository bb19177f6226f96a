import { secondsUntil } from "../account-lock/rules.ts";
import type { Account } from "../accounts/account.ts";
import { type AuditDraft, draftAuditEvent } from "../audit/event.ts";
import { codeHashes } from "../challenges/new-code.ts";
import { type DeviceTokenDeps, signDeviceToken } from "../devices/device-token.ts";
import type { Caller } from "../kernel/caller.ts";
import { DAY } from "../kernel/clock.ts";
import type { SecretRing } from "../kernel/crypto/secret-ring.ts";
import { storedAddressKey } from "../kernel/email-address.ts";
import { newId } from "../kernel/ids.ts";
import { err, ok, type Result } from "../kernel/result.ts";
import type { MessageDraft } from "../outbox/message.ts";
import type { Outbox } from "../outbox/outbox-port.ts";
import { readyToIssue } from "../sessions/issue-tokens.ts";
import { type NewSessionDeps, newSession } from "../sessions/new-session.ts";
import type { SessionDraft } from "../sessions/session.ts";
import type { SignedIn } from "../sign-in/outcome.ts";
import { type SignedInDeps, signedIn } from "../sign-in/signed-in.ts";
import type { LoginFailure } from "./login-failure.ts";

export type FinishLoginDeps = SignedInDeps &
  DeviceTokenDeps &
  NewSessionDeps & {
    readonly secrets: SecretRing;
    readonly logins: {
      answerChallenge(draft: {
        challengeId: string;
        attempt: string;
        codeHashes: readonly string[];
        session: Omit<SessionDraft, "accountId">;
        audit: AuditDraft;
        newDeviceNotice: MessageDraft;
        lockNotice: MessageDraft;
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
export async function finishLogin(
  deps: FinishLoginDeps,
  input: Answer,
): Promise<Result<SignedIn, LoginFailure>> {
  const { challengeId, code, caller } = input;
  await readyToIssue(deps);
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
    audit: draftAuditEvent(deps, { type: "signed_in", details }, caller),
    newDeviceNotice,
    lockNotice,
    now,
  });
  // At most one of them was queued, and nobody can tell from here which.
  deps.messages.deliverSoon([newDeviceNotice.id, lockNotice.id]);
  if (outcome.kind === "locked") {
    return err({ reason: "locked", retryAfter: secondsUntil(outcome.until, now) });
  }
  if (outcome.kind === "refused") return err({ reason: "code_wrong" });
  const { account, amr } = outcome;
  const deviceToken = await signDeviceToken(deps, storedAddressKey(account.email), null);
  return ok(await signedIn(deps, { session: { ...session, amr }, account, deviceToken }));
}
