import type { Account, Role } from "../../accounts/account.ts";
import type { Caller } from "../../core/caller.ts";
import type { EmailAddress } from "../../core/email-address.ts";
import { newId } from "../../core/ids.ts";
import type { Locale } from "../../core/locale.ts";
import { err, ok, type Result } from "../../core/result.ts";
import type { NewMessage } from "../../messaging/outbox/message.ts";
import type { Outbox } from "../../messaging/outbox/outbox-port.ts";
import type { NewEmailToken } from "../../registration/email-tokens/email-token.ts";
import { type NewEmailTokenDeps, newEmailToken } from "../../registration/email-tokens/new-email-token.ts";
import { type NewAuditEvent, newAuditEvent } from "../audit-log/audit-event.ts";
import { type Actor, actorIdOf } from "../authorization/admin-action.ts";
import { hasPermission, manageableRoles } from "../authorization/permissions.ts";

export type InviteUserDeps = NewEmailTokenDeps & {
  readonly invitations: {
    invite(draft: {
      actor: Actor;
      id: string;
      email: EmailAddress;
      name: string;
      locale: Locale;
      role: Role;
      link: NewEmailToken;
      mail: NewMessage | null;
      audit: NewAuditEvent;
      now: number;
    }): Promise<Account | "address_taken" | "changed_meanwhile">;
  };
  readonly messages: Outbox;
};

type Invitation = {
  readonly actor: Actor;
  readonly email: EmailAddress;
  readonly name: string;
  readonly role: Role;
  readonly caller: Caller;
};

export type InvitationFailure = {
  readonly reason: "not_manageable" | "address_taken" | "changed_meanwhile";
};

/**
 * Makes an account that has no password, and mails its owner a link to choose one, which also proves
 * the address. The link comes back too, for whoever has the database in hand and no mail yet.
 */
export async function inviteUser(
  deps: InviteUserDeps,
  input: Invitation,
): Promise<Result<{ readonly account: Account; readonly url: string }, InvitationFailure>> {
  const { actor, email, name, role, caller } = input;
  const isReached =
    actor === "operator" ||
    (hasPermission(actor.role, "users:invite") && manageableRoles(actor.role).includes(role));
  if (!isReached) return err({ reason: "not_manageable" });
  const { link, url } = await newEmailToken(deps, "invite");
  const mail =
    actor === "operator"
      ? null
      : await deps.messages.draft({ kind: "invitation", url }, { expiresAt: link.expiresAt });
  const audit = newAuditEvent(deps, { type: "user_invited", details: { role } }, caller, actorIdOf(actor));
  const now = deps.clock.now();
  const outcome = await deps.invitations.invite({
    actor,
    id: newId(),
    email,
    name,
    // Until the person's own is known: when they choose their password.
    locale: caller.locale,
    role,
    link,
    mail,
    audit,
    now,
  });
  if (typeof outcome === "string") return err({ reason: outcome });
  if (mail) deps.messages.deliverSoon([mail.id]);
  return ok({ account: outcome, url });
}
