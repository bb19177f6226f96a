import { secondsUntil } from "../../authentication/lockout/rules.ts";
import { allowsMethod, type SignInMethodSettings } from "../../authentication/sign-in-methods.ts";
import { err, ok, type Result } from "../../core/result.ts";
import type { Outbox } from "../../messaging/outbox/outbox-port.ts";
import { type NewEmailTokenDeps, newEmailToken } from "../../registration/email-tokens/new-email-token.ts";
import { type AuditEvent, newAuditEvent } from "../audit-log/audit-event.ts";
import { actorIdOf } from "../authorization/actor.ts";
import type { AdminActionInput } from "../authorization/admin-action.ts";
import {
  type FindManageableUserDeps,
  type FindManageableUserFailure,
  findManageableUser,
} from "../authorization/find-manageable-user.ts";
import type { InvitationStore } from "./invitation-store.ts";
import { invitationKind } from "./invite-user.ts";

export type SendPasswordResetDeps = FindManageableUserDeps &
  NewEmailTokenDeps & {
    readonly invitations: Pick<InvitationStore, "sendEmailToken">;
    readonly messages: Outbox;
    readonly settings: SignInMethodSettings;
  };

export type SendPasswordResetFailure =
  | FindManageableUserFailure
  | { readonly reason: "deactivated" | "changed_meanwhile" | "passwords_off" }
  /** `retryAfter` in seconds. */
  | { readonly reason: "send_cap"; readonly retryAfter: number };

/**
 * Mails a user a link to choose a new password. ASVS 6.4.6: an admin starts a reset and never chooses the
 * password. A user whose invitation is pending gets the invitation again.
 */
export async function sendPasswordReset(
  deps: SendPasswordResetDeps,
  { actor, id, caller }: AdminActionInput,
): Promise<Result<void, SendPasswordResetFailure>> {
  const found = await findManageableUser(deps, actor, "users:reset-password", id);
  if (!found.ok) return found;
  const { account: target, hasPassword } = found.value;
  if (target.status === "deactivated") return err({ reason: "deactivated" });
  const isInvited = !hasPassword && target.emailVerifiedAt === null && !target.emailImplied;
  if (!isInvited && !allowsMethod(deps.settings, "password")) return err({ reason: "passwords_off" });
  const { emailToken, url } = await newEmailToken(deps, isInvited ? "invite" : "reset_password");
  const kind = isInvited ? invitationKind(deps.settings) : "reset_password";
  const mail = await deps.messages.create({ kind, url }, { expiresAt: emailToken.expiresAt });
  const event: AuditEvent = isInvited
    ? { type: "user_invited", details: { role: target.role } }
    : { type: "password_reset_requested" };
  const audit = newAuditEvent(deps, event, caller, actorIdOf(actor));
  const outcome = await deps.invitations.sendEmailToken({ actor, target, emailToken, mail, audit });
  if (outcome.kind === "send_cap") {
    return err({ reason: outcome.kind, retryAfter: secondsUntil(outcome.retryAt, deps.clock.now()) });
  }
  if (outcome.kind !== "done") return err({ reason: outcome.kind });
  deps.messages.deliverSoon([mail.id]);
  return ok(undefined);
}
