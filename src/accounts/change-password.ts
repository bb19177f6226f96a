import { newAuditEvent } from "../admin/audit-log/audit-event.ts";
import {
  type PasswordFailure,
  type ReauthenticateDeps,
  reauthenticate,
} from "../authentication/reauthentication/reauthenticate.ts";
import type { Caller } from "../core/caller.ts";
import { type Clock, DAY } from "../core/clock.ts";
import type { PasswordHasher } from "../core/crypto/password-hash.ts";
import type { Defer } from "../core/defer.ts";
import { err, ok, type Result } from "../core/result.ts";
import type { Outbox } from "../messaging/outbox/outbox-port.ts";
import type { RevocationList } from "../sessions/revocation-list/revocation-list.ts";
import type { CurrentSession } from "../sessions/session.ts";
import { type CheckNewPasswordDeps, checkNewPassword } from "./check-new-password.ts";
import type { PasswordProblem } from "./password-policy.ts";
import type { AccountStore } from "./store.ts";

export type ChangePasswordDeps = ReauthenticateDeps &
  CheckNewPasswordDeps & {
    readonly clock: Clock;
    readonly hasher: Pick<PasswordHasher, "hash">;
    readonly accounts: Pick<AccountStore, "replacePassword">;
    readonly revocationList: Pick<RevocationList, "revokeSessions">;
    readonly messages: Outbox;
    readonly defer: Defer;
    readonly settings: { readonly accessTokenTtl: number };
  };

type ChangePasswordInput = {
  /** The caller's session, which stays open. */
  readonly session: CurrentSession;
  readonly currentPassword: string;
  readonly newPassword: string;
  readonly caller: Caller;
};

export type ChangePasswordFailure =
  | PasswordFailure
  | { readonly reason: "password_refused"; readonly problem: PasswordProblem };

/** Replaces the password and ends every session except the caller's. */
export async function changePassword(
  deps: ChangePasswordDeps,
  input: ChangePasswordInput,
): Promise<Result<void, ChangePasswordFailure>> {
  const { session } = input;
  const { account, sessionId } = session;
  const proof = await reauthenticate(deps, { session, method: "password", password: input.currentPassword });
  if (!proof.ok) return proof;
  const problem = await checkNewPassword(deps, input.newPassword, account);
  if (problem) return err({ reason: "password_refused", problem });

  const newHash = await deps.hasher.hash(input.newPassword);
  const now = deps.clock.now();
  const notice = await deps.messages.create({ kind: "password_changed" }, { expiresAt: now + DAY });
  const outcome = await deps.accounts.replacePassword({
    accountId: account.id,
    checkedHash: proof.value.checkedHash,
    newHash,
    keepSessionId: sessionId,
    notice,
    audit: newAuditEvent(deps, { type: "password_changed" }, input.caller, account.id),
    now,
  });
  if (outcome === "changed_meanwhile") return err({ reason: "wrong_password" });
  deps.defer(() => deps.revocationList.revokeSessions(outcome.endedSessionIds, deps.settings.accessTokenTtl));
  deps.messages.deliverSoon([notice.id]);
  return ok(undefined);
}
