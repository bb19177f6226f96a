import { lockKey } from "../account-lock/lock-key.ts";
import { type CheckNewPasswordDeps, checkNewPassword } from "../accounts/check-new-password.ts";
import type { PasswordProblem } from "../accounts/password-policy.ts";
import { type AuditDraft, draftAuditEvent } from "../audit/event.ts";
import type { Caller } from "../kernel/caller.ts";
import { DAY } from "../kernel/clock.ts";
import type { PasswordHasher } from "../kernel/crypto/password-hash.ts";
import type { SecretRing } from "../kernel/crypto/secret-ring.ts";
import { parseEmailAddress } from "../kernel/email-address.ts";
import { newId } from "../kernel/ids.ts";
import { err, ok, type Result } from "../kernel/result.ts";
import type { MailDraft } from "../mail/message.ts";
import type { MailOutbox } from "../mail/outbox-port.ts";
import { type FindLiveLinkDeps, findLiveLink } from "../one-time-links/find-live-link.ts";
import type { LiveLink } from "../one-time-links/link.ts";

export type ResetPasswordDeps = FindLiveLinkDeps &
  CheckNewPasswordDeps & {
    readonly passwordResets: {
      complete(draft: {
        claim: { tokenHash: string; claim: string; now: number };
        newHash: string;
        lockKeys: readonly string[];
        notice: MailDraft;
        audit: AuditDraft;
      }): Promise<{ accountId: string } | "link_dead">;
    };
    readonly denylist: {
      denyAccount(accountId: string, instant: number, ttlSeconds: number): Promise<unknown>;
    };
    readonly secrets: SecretRing;
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
  const { accountEmail: email, accountId } = link;
  const problem = await checkNewPassword(deps, input.newPassword, { ...link, email });
  if (problem) return err({ reason: "password_refused", problem });

  const newHash = await deps.hasher.hash(input.newPassword);
  const now = deps.clock.now();
  const notice = await deps.mail.draft({ kind: "password_changed" }, { expiresAt: now + DAY });
  const outcome = await deps.passwordResets.complete({
    claim: { tokenHash: link.tokenHash, claim: newId(), now },
    newHash,
    lockKeys: await locksOf(deps, link),
    notice,
    audit: draftAuditEvent(deps, { type: "password_reset" }, input.caller, accountId),
  });
  if (outcome === "link_dead") return err({ reason: "link_dead" });
  deps.defer(() => deps.denylist.denyAccount(accountId, now, deps.settings.accessTokenTtl));
  deps.mail.deliverSoon([notice.id]);
  return ok(undefined);
}

/** Every lock of the account: whoever has its mail begins anew. */
async function locksOf(deps: ResetPasswordDeps, link: LiveLink): Promise<string[]> {
  const email = parseEmailAddress(link.accountEmail);
  const signedIn = await lockKey(deps, link.accountId, "signed-in");
  if (!email.ok) return [signedIn];
  const { key } = email.value;
  return [signedIn, await lockKey(deps, key, "strangers"), await lockKey(deps, key, "known-devices")];
}
