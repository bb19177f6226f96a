import { type CheckNewPasswordDeps, checkNewPassword } from "../accounts/check-new-password.ts";
import type { PasswordProblem } from "../accounts/password-policy.ts";
import { type AuditDraft, draftAuditEvent } from "../audit/event.ts";
import type { Caller } from "../kernel/caller.ts";
import { DAY } from "../kernel/clock.ts";
import type { PasswordHasher } from "../kernel/crypto/password-hash.ts";
import { newId } from "../kernel/ids.ts";
import { err, ok, type Result } from "../kernel/result.ts";
import type { MailDraft } from "../mail/message.ts";
import type { MailOutbox } from "../mail/outbox-port.ts";
import { type FindLiveLinkDeps, findLiveLink } from "../one-time-links/find-live-link.ts";

export type ResetPasswordDeps = FindLiveLinkDeps &
  CheckNewPasswordDeps & {
    readonly passwordResets: {
      complete(draft: {
        claim: { tokenHash: string; claim: string; now: number };
        newHash: string;
        notice: MailDraft;
        audit: AuditDraft;
      }): Promise<{ accountId: string } | "link_dead">;
    };
    readonly denylist: {
      denyAccount(accountId: string, instant: number, ttlSeconds: number): Promise<unknown>;
    };
    readonly hasher: Pick<PasswordHasher, "hash">;
    readonly mail: MailOutbox;
    readonly defer: (work: () => Promise<unknown>) => void;
    readonly settings: { readonly accessTokenTtl: number };
  };

export type ResetFailure =
  | { readonly reason: "link_dead" }
  | { readonly reason: "password_refused"; readonly problem: PasswordProblem };

/**
 * Spends a reset link for a new password. Every session ends; it does not sign in. A refused password
 * leaves the link good, so that its owner can choose another.
 */
export async function resetPassword(
  deps: ResetPasswordDeps,
  input: { readonly token: string; readonly newPassword: string; readonly caller: Caller },
): Promise<Result<void, ResetFailure>> {
  const link = await findLiveLink(deps, input.token, ["reset_password"]);
  if (!link) return err({ reason: "link_dead" });
  const { name, username, accountEmail, accountId } = link;
  const problem = await checkNewPassword(deps, input.newPassword, { email: accountEmail, name, username });
  if (problem) return err({ reason: "password_refused", problem });

  const newHash = await deps.hasher.hash(input.newPassword);
  const now = deps.clock.now();
  const notice = await deps.mail.draft({ kind: "password_changed" }, { expiresAt: now + DAY });
  const outcome = await deps.passwordResets.complete({
    claim: { tokenHash: link.tokenHash, claim: newId(), now },
    newHash,
    notice,
    audit: draftAuditEvent(deps, { type: "password_reset" }, input.caller, accountId),
  });
  if (outcome === "link_dead") return err({ reason: "link_dead" });
  deps.defer(() => deps.denylist.denyAccount(accountId, now, deps.settings.accessTokenTtl));
  deps.mail.deliverSoon([notice.id]);
  return ok(undefined);
}
