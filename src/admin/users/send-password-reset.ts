import { secondsUntil } from "../../authentication/lockout/rules.ts";
import type { Caller } from "../../core/caller.ts";
import { err, ok, type Result } from "../../core/result.ts";
import type { NewMessage } from "../../messaging/outbox/message.ts";
import type { Outbox } from "../../messaging/outbox/outbox-port.ts";
import type { NewEmailToken } from "../../registration/email-tokens/email-token.ts";
import { type NewEmailTokenDeps, newEmailToken } from "../../registration/email-tokens/new-email-token.ts";
import { type AuditEvent, type NewAuditEvent, newAuditEvent } from "../audit-log/audit-event.ts";
import { type Actor, type AdminAction, actorIdOf } from "../authorization/admin-action.ts";
import {
  type FindManageableUserDeps,
  type FindManageableUserFailure,
  findManageableUser,
} from "../authorization/find-manageable-user.ts";

export type SendPasswordResetDeps = FindManageableUserDeps &
  NewEmailTokenDeps & {
    readonly invitations: {
      sendEmailToken(
        draft: AdminAction & { link: NewEmailToken; mail: NewMessage; audit: NewAuditEvent },
      ): Promise<{ kind: "done" | "changed_meanwhile" } | { kind: "send_cap"; retryAt: number }>;
    };
    readonly messages: Outbox;
  };

export type SendPasswordResetFailure =
  | FindManageableUserFailure
  | { readonly reason: "deactivated" | "changed_meanwhile" }
  /** `retryAfter` in seconds. */
  | { readonly reason: "send_cap"; readonly retryAfter: number };

/**
 * Mails somebody a link to choose a new password: an admin starts a reset, and never chooses a
 * password (ASVS 6.4.6). Who has not taken up an invitation yet gets that once more.
 */
export async function sendPasswordReset(
  deps: SendPasswordResetDeps,
  input: { readonly actor: Actor; readonly id: string; readonly caller: Caller },
): Promise<Result<void, SendPasswordResetFailure>> {
  const { actor, id, caller } = input;
  const found = await findManageableUser(deps, actor, "users:reset-password", id);
  if (!found.ok) return found;
  const { account: target, hasPassword } = found.value;
  if (target.status === "deactivated") return err({ reason: "deactivated" });
  const isInvited = !hasPassword && target.emailVerifiedAt === null;
  const { link, url } = await newEmailToken(deps, isInvited ? "invite" : "reset_password");
  const kind = isInvited ? "invitation" : "reset_password";
  const mail = await deps.messages.draft({ kind, url }, { expiresAt: link.expiresAt });
  const event: AuditEvent = isInvited
    ? { type: "user_invited", details: { role: target.role } }
    : { type: "password_reset_requested" };
  const audit = newAuditEvent(deps, event, caller, actorIdOf(actor));
  const outcome = await deps.invitations.sendEmailToken({ actor, target, link, mail, audit });
  if (outcome.kind === "send_cap") {
    return err({ reason: outcome.kind, retryAfter: secondsUntil(outcome.retryAt, deps.clock.now()) });
  }
  if (outcome.kind !== "done") return err({ reason: outcome.kind });
  deps.messages.deliverSoon([mail.id]);
  return ok(undefined);
}
