import { type CheckNewPasswordDeps, checkNewPassword } from "../../accounts/check-new-password.ts";
import type { PasswordProblem } from "../../accounts/password-policy.ts";
import { type AuditEvent, type NewAuditEvent, newAuditEvent } from "../../admin/audit-log/audit-event.ts";
import type { Caller } from "../../core/caller.ts";
import { DAY } from "../../core/clock.ts";
import type { PasswordHasher } from "../../core/crypto/password-hash.ts";
import type { SecretRing } from "../../core/crypto/secret-ring.ts";
import { newId } from "../../core/ids.ts";
import type { Locale } from "../../core/locale.ts";
import { err, ok, type Result } from "../../core/result.ts";
import type { NewMessage } from "../../messaging/outbox/message.ts";
import type { Outbox } from "../../messaging/outbox/outbox-port.ts";
import {
  type Bootstrap,
  type NewBootstrapDeps,
  newBootstrap,
} from "../../registration/bootstrap-superuser.ts";
import { type FindEmailTokenDeps, findEmailToken } from "../../registration/email-tokens/find-email-token.ts";
import { accountLockouts } from "../lockout/lockout-keys.ts";

export type ResetPasswordDeps = FindEmailTokenDeps &
  NewBootstrapDeps &
  CheckNewPasswordDeps & {
    readonly passwordResets: {
      complete(draft: {
        claim: { tokenHash: string; claim: string; now: number };
        purpose: "reset_password" | "invite";
        bootstrap: Bootstrap | null;
        newHash: string;
        locale: Locale | undefined;
        lockoutKeys: readonly string[];
        notices: { changed: NewMessage; alsoRemoved: NewMessage } | null;
        audit: NewAuditEvent;
        removal: NewAuditEvent;
      }): Promise<{ accountId: string } | "email_token_invalid">;
    };
    readonly revocationList: {
      revokeAccount(accountId: string, instant: number, ttlSeconds: number): Promise<unknown>;
    };
    readonly secrets: SecretRing;
    readonly hasher: Pick<PasswordHasher, "hash">;
    readonly messages: Outbox;
    readonly defer: (work: () => Promise<unknown>) => void;
    readonly settings: { readonly accessTokenTtl: number };
  };

export type ResetFailure =
  | { readonly reason: "email_token_invalid" }
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
  const link = await findEmailToken(deps, input.token, PASSWORD_LINK_PURPOSES);
  if (!link) return err({ reason: "email_token_invalid" });
  const { accountEmail: email, accountId } = link;
  const problem = await checkNewPassword(deps, input.newPassword, { ...link, email });
  if (problem) return err({ reason: "password_refused", problem });

  const newHash = await deps.hasher.hash(input.newPassword);
  const now = deps.clock.now();
  const purpose = link.purpose === "invite" ? "invite" : "reset_password";
  const type = purpose === "invite" ? "invitation_accepted" : "password_reset";
  // A first password is no news to whoever has just chosen it.
  const notices = purpose === "invite" ? null : await draftNotices(deps, now + DAY);
  const caused = (event: AuditEvent) => newAuditEvent(deps, event, input.caller, accountId);
  const outcome = await deps.passwordResets.complete({
    claim: { tokenHash: link.tokenHash, claim: newId(), now },
    purpose,
    bootstrap: newBootstrap(deps, input.caller),
    newHash,
    // Somebody who was invited has been written to in the language of whoever invited them.
    locale: purpose === "invite" ? input.caller.locale : undefined,
    lockoutKeys: await accountLockouts(deps, { id: accountId, email }),
    notices,
    audit: caused({ type }),
    // Which provider is the identity's to say.
    removal: caused({ type: "identity_removed", details: { provider: "" } }),
  });
  if (outcome === "email_token_invalid") return err({ reason: "email_token_invalid" });
  deps.defer(() => deps.revocationList.revokeAccount(accountId, now, deps.settings.accessTokenTtl));
  // Whichever was queued.
  if (notices) deps.messages.deliverSoon([notices.changed.id, notices.alsoRemoved.id]);
  return ok(undefined);
}

const draftNotices = async ({ messages }: Pick<ResetPasswordDeps, "messages">, expiresAt: number) => ({
  changed: await messages.draft({ kind: "password_changed" }, { expiresAt }),
  alsoRemoved: await messages.draft({ kind: "sign_in_methods_reset" }, { expiresAt }),
});
