import { secondsUntil } from "../account-lock/rules.ts";
import { type AuditDraft, type AuditEvent, draftAuditEvent } from "../audit/event.ts";
import type { Caller } from "../kernel/caller.ts";
import { err, ok, type Result } from "../kernel/result.ts";
import type { LinkDraft } from "../one-time-links/link.ts";
import { type NewLinkDeps, newLink } from "../one-time-links/new-link.ts";
import type { MessageDraft } from "../outbox/message.ts";
import type { Outbox } from "../outbox/outbox-port.ts";
import { type Act, type Actor, actorIdOf } from "../roles/act.ts";
import { type ReachDeps, type ReachFailure, reach } from "../roles/reach.ts";

export type StartUserResetDeps = ReachDeps &
  NewLinkDeps & {
    readonly invitations: {
      mailLink(
        draft: Act & { link: LinkDraft; mail: MessageDraft; audit: AuditDraft },
      ): Promise<{ kind: "done" | "changed_meanwhile" } | { kind: "send_cap"; retryAt: number }>;
    };
    readonly messages: Outbox;
  };

export type StartUserResetFailure =
  | ReachFailure
  | { readonly reason: "deactivated" | "changed_meanwhile" }
  /** `retryAfter` in seconds. */
  | { readonly reason: "send_cap"; readonly retryAfter: number };

/**
 * Mails somebody a link to choose a new password: an admin starts a reset, and never chooses a
 * password (ASVS 6.4.6). Who has not taken up an invitation yet gets that once more.
 */
export async function startUserReset(
  deps: StartUserResetDeps,
  input: { readonly actor: Actor; readonly id: string; readonly caller: Caller },
): Promise<Result<void, StartUserResetFailure>> {
  const { actor, id, caller } = input;
  const found = await reach(deps, actor, "users:reset-password", id);
  if (!found.ok) return found;
  const { account: target, hasPassword } = found.value;
  if (target.status === "deactivated") return err({ reason: "deactivated" });
  const isInvited = !hasPassword && target.emailVerifiedAt === null;
  const { link, url } = await newLink(deps, isInvited ? "invite" : "reset_password");
  const kind = isInvited ? "invitation" : "reset_password";
  const mail = await deps.messages.draft({ kind, url }, { expiresAt: link.expiresAt });
  const event: AuditEvent = isInvited
    ? { type: "user_invited", details: { role: target.role } }
    : { type: "password_reset_requested" };
  const audit = draftAuditEvent(deps, event, caller, actorIdOf(actor));
  const outcome = await deps.invitations.mailLink({ actor, target, link, mail, audit });
  if (outcome.kind === "send_cap") {
    return err({ reason: outcome.kind, retryAfter: secondsUntil(outcome.retryAt, deps.clock.now()) });
  }
  if (outcome.kind !== "done") return err({ reason: outcome.kind });
  deps.messages.deliverSoon([mail.id]);
  return ok(undefined);
}
