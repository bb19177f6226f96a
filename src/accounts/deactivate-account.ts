import { newAuditEvent } from "../admin/audit-log/audit-event.ts";
import {
  type PasswordFailure,
  type ReauthenticateDeps,
  reauthenticate,
} from "../authentication/reauthentication/reauthenticate.ts";
import type { Caller } from "../core/caller.ts";
import { type Clock, DAY } from "../core/clock.ts";
import type { Defer } from "../core/defer.ts";
import { err, ok, type Result } from "../core/result.ts";
import type { Outbox } from "../messaging/outbox/outbox-port.ts";
import type { RevocationList } from "../sessions/revocation-list/revocation-list.ts";
import type { CurrentSession } from "../sessions/session.ts";
import type { AccountStore } from "./store.ts";

export type DeactivateAccountDeps = ReauthenticateDeps & {
  readonly clock: Clock;
  readonly accounts: Pick<AccountStore, "deactivate">;
  readonly revocationList: Pick<RevocationList, "revokeAccount">;
  readonly messages: Outbox;
  readonly defer: Defer;
  readonly settings: { readonly accessTokenTtl: number };
};

export type DeactivationFailure = PasswordFailure | { readonly reason: "last_superuser" };

/** Deactivates the caller's own account and ends its sessions, tokens and codes. An admin can reactivate it. */
export async function deactivateAccount(
  deps: DeactivateAccountDeps,
  input: { readonly session: CurrentSession; readonly password: string; readonly caller: Caller },
): Promise<Result<void, DeactivationFailure>> {
  const { session, caller } = input;
  const { account } = session;
  const proof = await reauthenticate(deps, { session, method: "password", password: input.password });
  if (!proof.ok) return proof;
  const now = deps.clock.now();
  const notice = await deps.messages.create({ kind: "account_deactivated" }, { expiresAt: now + DAY });
  const outcome = await deps.accounts.deactivate({
    accountId: account.id,
    checkedHash: proof.value.checkedHash,
    notice,
    audit: newAuditEvent(deps, { type: "account_deactivated" }, caller, account.id),
    now,
  });
  if (outcome === "last_superuser") return err({ reason: "last_superuser" });
  if (outcome === "changed_meanwhile") return err({ reason: "wrong_password" });
  deps.defer(() => deps.revocationList.revokeAccount(account.id, now, deps.settings.accessTokenTtl));
  deps.messages.deliverSoon([notice.id]);
  return ok(undefined);
}
