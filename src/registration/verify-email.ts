import { newAuditEvent } from "../admin/audit-log/audit-event.ts";
import type { Caller } from "../core/caller.ts";
import { DAY } from "../core/clock.ts";
import { newId } from "../core/ids.ts";
import { err, ok, type Result } from "../core/result.ts";
import type { Outbox } from "../messaging/outbox/outbox-port.ts";
import { type NewBootstrapDeps, newBootstrap } from "./bootstrap-superuser.ts";
import { type FindEmailTokenDeps, findEmailToken } from "./email-tokens/find-email-token.ts";
import { type NewEmailTokenDeps, newEmailToken } from "./email-tokens/new-email-token.ts";
import type { EmailVerificationStore } from "./email-verification-store.ts";

export type VerifyEmailDeps = FindEmailTokenDeps &
  NewEmailTokenDeps &
  NewBootstrapDeps & {
    readonly emailVerifications: EmailVerificationStore;
    readonly messages: Outbox;
  };

/** The purposes that `verifyEmail` accepts. It refuses a password reset token. */
export const VERIFICATION_PURPOSES = ["verify_email", "change_email"] as const;

/** Consumes a mailed token: verifies the address of a new account, or changes the address of an account. */
export async function verifyEmail(
  deps: VerifyEmailDeps,
  input: { readonly token: string; readonly caller: Caller },
): Promise<Result<void, { readonly reason: "email_token_invalid" }>> {
  const emailToken = await findEmailToken(deps, input.token, VERIFICATION_PURPOSES);
  if (!emailToken) return err({ reason: "email_token_invalid" });
  const now = deps.clock.now();
  const claim = { tokenHash: emailToken.tokenHash, claim: newId(), now };
  if (emailToken.purpose === "change_email") {
    const notice = await deps.messages.create(
      { kind: "email_changed" },
      { expiresAt: now + DAY, to: emailToken.accountEmail },
    );
    const outcome = await deps.emailVerifications.change({
      claim,
      noticeToOldAddress: notice,
      audit: newAuditEvent(deps, { type: "email_changed" }, input.caller, emailToken.accountId),
    });
    if (outcome === "email_token_invalid") return err({ reason: "email_token_invalid" });
    deps.messages.deliverSoon([notice.id]);
    return ok(undefined);
  }
  const choice = await newEmailToken(deps, "reset_password");
  const { expiresAt } = choice.emailToken;
  const mail = await deps.messages.create({ kind: "reset_password", url: choice.url }, { expiresAt });
  const outcome = await deps.emailVerifications.confirm({
    claim,
    bootstrap: newBootstrap(deps, input.caller),
    passwordChoice: { emailToken: choice.emailToken, mail },
    audit: newAuditEvent(deps, { type: "email_verified" }, input.caller, emailToken.accountId),
  });
  // The store queued this mail only for an account without a password.
  deps.messages.deliverSoon([mail.id]);
  return outcome === "confirmed" ? ok(undefined) : err({ reason: "email_token_invalid" });
}
