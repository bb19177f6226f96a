import { accountLocks } from "../account-lock/lock-key.ts";
import { type CheckNewPasswordDeps, checkNewPassword } from "../accounts/check-new-password.ts";
import { type Bootstrap, type DraftBootstrapDeps, draftBootstrap } from "../accounts/draft-bootstrap.ts";
import type { PasswordProblem } from "../accounts/password-policy.ts";
import { type AuditDraft, type AuditEvent, draftAuditEvent } from "../audit/event.ts";
import type { Caller } from "../kernel/caller.ts";
import { DAY } from "../kernel/clock.ts";
import type { PasswordHasher } from "../kernel/crypto/password-hash.ts";
import type { SecretRing } from "../kernel/crypto/secret-ring.ts";
import { newId } from "../kernel/ids.ts";
import type { Locale } from "../kernel/locale.ts";
import { err, ok, type Result } from "../kernel/result.ts";
import { type FindLiveLinkDeps, findLiveLink } from "../one-time-links/find-live-link.ts";
import type { MessageDraft } from "../outbox/message.ts";
import type { Outbox } from "../outbox/outbox-port.ts";

export type ResetPasswordDeps = FindLiveLinkDeps &
  DraftBootstrapDeps &
  CheckNewPasswordDeps & {
    readonly passwordResets: {
      complete(draft: {
        claim: { tokenHash: string; claim: string; now: number };
        purpose: "reset_password" | "invite";
        bootstrap: Bootstrap | null;
        newHash: string;
        locale: Locale | undefined;
        lockKeys: readonly string[];
        notices: { changed: MessageDraft; alsoRemoved: MessageDraft } | null;
        audit: AuditDraft;
        removal: AuditDraft;
      }): Promise<{ accountId: string } | "link_dead">;
    };
    readonly denylist: {
      denyAccount(accountId: string, instant: number, ttlSeconds: number): Promise<unknown>;
    };
    readonly secrets: SecretRing;
    readonly hasher: Pick<PasswordHasher, "hash">;
    readonly messages: Outbox;
    readonly defer: (work: () => Promise<unknown>) => void;
    readonly settings: { readonly accessTokenTtl: number };
  };

export type ResetFailure =
  | { readonly reason: "link_dead" }
  | { readonly reason: "password_refused"; readonly problem: PasswordProblem };

/** The purposes that this consumer takes: somebody who forgot a password, or who has none yet. */
export const PASSWORD_LINK_PURPOSES = ["reset_password", "invite"] as const;

/**
 * Spends a reset link, or an invitation, for a new password. Every session ends, and so does whatever else signs
 * in without a word of the mailbox that it proves; it does not sign in.
 * A refused password leaves the link good, so that its owner can choose another.
 */
export async function resetPassword(
  deps: ResetPasswordDeps,
  input: { readonly token: string; readonly newPassword: string; readonly caller: Caller },
): Promise<Result<void, ResetFailure>> {
  const link = await findLiveLink(deps, input.token, PASSWORD_LINK_PURPOSES);
  if (!link) return err({ reason: "link_dead" });
  const { accountEmail: email, accountId } = link;
  const problem = await checkNewPassword(deps, input.newPassword, { ...link, email });
  if (problem) return err({ reason: "password_refused", problem });

  const newHash = await deps.hasher.hash(input.newPassword);
  const now = deps.clock.now();
  const purpose = link.purpose === "invite" ? "invite" : "reset_password";
  const type = purpose === "invite" ? "invitation_accepted" : "password_reset";
  // A first password is no news to whoever has just chosen it.
  const notices = purpose === "invite" ? null : await draftNotices(deps, now + DAY);
  const caused = (event: AuditEvent) => draftAuditEvent(deps, event, input.caller, accountId);
  const outcome = await deps.passwordResets.complete({
    claim: { tokenHash: link.tokenHash, claim: newId(), now },
    purpose,
    bootstrap: draftBootstrap(deps, input.caller),
    newHash,
    // Somebody who was invited has been written to in the language of whoever invited them.
    locale: purpose === "invite" ? input.caller.locale : undefined,
    lockKeys: await accountLocks(deps, { id: accountId, email }),
    notices,
    audit: caused({ type }),
    // Which provider is the identity's to say.
    removal: caused({ type: "identity_removed", details: { provider: "" } }),
  });
  if (outcome === "link_dead") return err({ reason: "link_dead" });
  deps.defer(() => deps.denylist.denyAccount(accountId, now, deps.settings.accessTokenTtl));
  // Whichever was queued.
  if (notices) deps.messages.deliverSoon([notices.changed.id, notices.alsoRemoved.id]);
  return ok(undefined);
}

const draftNotices = async ({ messages }: Pick<ResetPasswordDeps, "messages">, expiresAt: number) => ({
  changed: await messages.draft({ kind: "password_changed" }, { expiresAt }),
  alsoRemoved: await messages.draft({ kind: "ways_in_reset" }, { expiresAt }),
});
