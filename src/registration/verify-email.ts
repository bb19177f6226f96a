import { type NewAuditEvent, newAuditEvent } from "../admin/audit-log/audit-event.ts";
import type { Caller } from "../core/caller.ts";
import { DAY } from "../core/clock.ts";
import { newId } from "../core/ids.ts";
import { err, ok, type Result } from "../core/result.ts";
import type { NewMessage } from "../messaging/outbox/message.ts";
import type { Outbox } from "../messaging/outbox/outbox-port.ts";
import { type Bootstrap, type NewBootstrapDeps, newBootstrap } from "./bootstrap-superuser.ts";
import type { NewEmailToken } from "./email-tokens/email-token.ts";
import { type FindEmailTokenDeps, findEmailToken } from "./email-tokens/find-email-token.ts";
import { type NewEmailTokenDeps, newEmailToken } from "./email-tokens/new-email-token.ts";

type EmailTokenClaim = { tokenHash: string; claim: string; now: number };
type Outcome = "confirmed" | "email_token_invalid";

export type VerifyEmailDeps = FindEmailTokenDeps &
  NewEmailTokenDeps &
  NewBootstrapDeps & {
    readonly emailVerifications: {
      confirm(
        claim: EmailTokenClaim,
        bootstrap: Bootstrap | null,
        choice: { link: NewEmailToken; mail: NewMessage },
        audit: NewAuditEvent,
      ): Promise<Outcome>;
      change(claim: EmailTokenClaim, noticeToOldAddress: NewMessage, audit: NewAuditEvent): Promise<Outcome>;
    };
    readonly messages: Outbox;
  };

/** The purposes that this consumer takes; a reset link is refused here. */
export const VERIFYING_PURPOSES = ["verify_email", "change_email"] as const;

/** Spends a mailed link that proves an address: a new account's, or the new one of an old account. */
export async function verifyEmail(
  deps: VerifyEmailDeps,
  input: { readonly token: string; readonly caller: Caller },
): Promise<Result<void, { readonly reason: "email_token_invalid" }>> {
  const link = await findEmailToken(deps, input.token, VERIFYING_PURPOSES);
  if (!link) return err({ reason: "email_token_invalid" });
  const now = deps.clock.now();
  const claim = { tokenHash: link.tokenHash, claim: newId(), now };
  if (link.purpose === "change_email") {
    const audit = newAuditEvent(deps, { type: "email_changed" }, input.caller, link.accountId);
    const notice = await deps.messages.draft(
      { kind: "email_changed" },
      { expiresAt: now + DAY, to: link.accountEmail },
    );
    if ((await deps.emailVerifications.change(claim, notice, audit)) === "email_token_invalid") {
      return err({ reason: "email_token_invalid" });
    }
    deps.messages.deliverSoon([notice.id]);
    return ok(undefined);
  }
  const audit = newAuditEvent(deps, { type: "email_verified" }, input.caller, link.accountId);
  const choice = await newEmailToken(deps, "reset_password");
  const { expiresAt } = choice.link;
  const mail = await deps.messages.draft({ kind: "reset_password", url: choice.url }, { expiresAt });
  const outcome = await deps.emailVerifications.confirm(
    claim,
    newBootstrap(deps, input.caller),
    { link: choice.link, mail },
    audit,
  );
  // It is there only for somebody without a password.
  deps.messages.deliverSoon([mail.id]);
  return outcome === "confirmed" ? ok(undefined) : err({ reason: "email_token_invalid" });
}
