import { type AuditDraft, draftAuditEvent } from "../audit/event.ts";
import type { Caller } from "../kernel/caller.ts";
import { type Clock, DAY } from "../kernel/clock.ts";
import type { PasswordHasher } from "../kernel/crypto/password-hash.ts";
import { err, ok, type Result } from "../kernel/result.ts";
import type { MessageDraft } from "../outbox/message.ts";
import type { Outbox } from "../outbox/outbox-port.ts";
import type { Account } from "./account.ts";
import { type CheckNewPasswordDeps, checkNewPassword } from "./check-new-password.ts";
import { type ConfirmationFailure, type ConfirmPasswordDeps, confirmPassword } from "./confirm-password.ts";
import type { PasswordProblem } from "./password-policy.ts";

export type ChangePasswordDeps = ConfirmPasswordDeps &
  CheckNewPasswordDeps & {
    readonly clock: Clock;
    readonly hasher: Pick<PasswordHasher, "hash">;
    readonly accounts: {
      replacePassword(draft: {
        accountId: string;
        checkedHash: string;
        newHash: string;
        keepSessionId: string;
        notice: MessageDraft;
        audit: AuditDraft;
        now: number;
      }): Promise<{ endedSessionIds: string[] } | "changed_meanwhile">;
    };
    readonly denylist: { denySessions(sessionIds: readonly string[], ttlSeconds: number): Promise<unknown> };
    readonly messages: Outbox;
    readonly defer: (work: () => Promise<unknown>) => void;
    readonly settings: { readonly accessTokenTtl: number };
  };

type Change = {
  readonly account: Account;
  /** The session that asks, which goes on. */
  readonly sessionId: string;
  readonly currentPassword: string;
  readonly newPassword: string;
  readonly caller: Caller;
};

export type ChangePasswordFailure =
  | ConfirmationFailure
  | { readonly reason: "password_refused"; readonly problem: PasswordProblem };

/** Replaces the password and ends every other session; the one that asks goes on. */
export async function changePassword(
  deps: ChangePasswordDeps,
  input: Change,
): Promise<Result<void, ChangePasswordFailure>> {
  const { account, sessionId } = input;
  const confirmed = await confirmPassword(deps, account, input.currentPassword);
  if (!confirmed.ok) return confirmed;
  const problem = await checkNewPassword(deps, input.newPassword, account);
  if (problem) return err({ reason: "password_refused", problem });

  const newHash = await deps.hasher.hash(input.newPassword);
  const now = deps.clock.now();
  const notice = await deps.messages.draft({ kind: "password_changed" }, { expiresAt: now + DAY });
  const outcome = await deps.accounts.replacePassword({
    accountId: account.id,
    checkedHash: confirmed.value.checkedHash,
    newHash,
    keepSessionId: sessionId,
    notice,
    audit: draftAuditEvent(deps, { type: "password_changed" }, input.caller, account.id),
    now,
  });
  if (outcome === "changed_meanwhile") return err({ reason: "wrong_password" });
  deps.defer(() => deps.denylist.denySessions(outcome.endedSessionIds, deps.settings.accessTokenTtl));
  deps.messages.deliverSoon([notice.id]);
  return ok(undefined);
}
