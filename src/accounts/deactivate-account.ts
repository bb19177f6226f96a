import { type AuditDraft, draftAuditEvent } from "../audit/event.ts";
import type { Caller } from "../kernel/caller.ts";
import { type Clock, DAY } from "../kernel/clock.ts";
import { err, ok, type Result } from "../kernel/result.ts";
import type { MessageDraft } from "../outbox/message.ts";
import type { Outbox } from "../outbox/outbox-port.ts";
import type { Account } from "./account.ts";
import { type ConfirmationFailure, type ConfirmPasswordDeps, confirmPassword } from "./confirm-password.ts";

export type DeactivateAccountDeps = ConfirmPasswordDeps & {
  readonly clock: Clock;
  readonly accounts: {
    deactivate(draft: {
      accountId: string;
      checkedHash: string;
      notice: MessageDraft;
      audit: AuditDraft;
      now: number;
    }): Promise<"deactivated" | "last_superuser" | "changed_meanwhile">;
  };
  readonly denylist: {
    denyAccount(accountId: string, instant: number, ttlSeconds: number): Promise<unknown>;
  };
  readonly messages: Outbox;
  readonly defer: (work: () => Promise<unknown>) => void;
  readonly settings: { readonly accessTokenTtl: number };
};

export type DeactivationFailure = ConfirmationFailure | { readonly reason: "last_superuser" };

/** Closes the caller's own account: every session and link dies, the data stays for an admin to revive. */
export async function deactivateAccount(
  deps: DeactivateAccountDeps,
  input: { readonly account: Account; readonly password: string; readonly caller: Caller },
): Promise<Result<void, DeactivationFailure>> {
  const { account, caller } = input;
  const confirmed = await confirmPassword(deps, account, input.password);
  if (!confirmed.ok) return confirmed;
  const now = deps.clock.now();
  const notice = await deps.messages.draft({ kind: "account_deactivated" }, { expiresAt: now + DAY });
  const outcome = await deps.accounts.deactivate({
    accountId: account.id,
    checkedHash: confirmed.value.checkedHash,
    notice,
    audit: draftAuditEvent(deps, { type: "account_deactivated" }, caller, account.id),
    now,
  });
  if (outcome === "last_superuser") return err({ reason: "last_superuser" });
  if (outcome === "changed_meanwhile") return err({ reason: "wrong_password" });
  deps.defer(() => deps.denylist.denyAccount(account.id, now, deps.settings.accessTokenTtl));
  deps.messages.deliverSoon([notice.id]);
  return ok(undefined);
}
