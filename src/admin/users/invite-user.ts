import type { Account, Role } from "../../accounts/account.ts";
import { allowsMethod, type SignInMethodSettings } from "../../authentication/sign-in-methods.ts";
import type { Caller } from "../../core/caller.ts";
import { type DeliverySettings, type EmailAddress, isDeliverable } from "../../core/email-address.ts";
import { newId } from "../../core/ids.ts";
import { err, ok, type Result } from "../../core/result.ts";
import type { Outbox } from "../../messaging/outbox/outbox-port.ts";
import { type NewEmailTokenDeps, newEmailToken } from "../../registration/email-tokens/new-email-token.ts";
import type { SignUpSettings } from "../../registration/sign-up-settings.ts";
import { newAuditEvent } from "../audit-log/audit-event.ts";
import { type Actor, actorIdOf } from "../authorization/actor.ts";
import { hasPermission, manageableRoles } from "../authorization/permissions.ts";
import type { InvitationStore } from "./invitation-store.ts";

export type InviteUserDeps = NewEmailTokenDeps & {
  readonly invitations: Pick<InvitationStore, "invite">;
  readonly messages: Outbox;
  readonly settings: SignInMethodSettings &
    DeliverySettings & { readonly signUp: Pick<SignUpSettings, "policy"> };
};

type Input = {
  readonly actor: Actor;
  readonly email: EmailAddress;
  readonly name: string;
  readonly role: Role;
  readonly caller: Caller;
};

export type InviteUserFailure = {
  readonly reason:
    | "not_manageable"
    | "sign_up_closed"
    | "address_undeliverable"
    | "address_taken"
    | "changed_meanwhile";
};

/**
 * Creates an account without a password, and mails its owner a link to choose one. Using the link also
 * verifies the address. `url` is the link: an operator passes it on, since mail may not be set up yet.
 */
export async function inviteUser(
  deps: InviteUserDeps,
  input: Input,
): Promise<Result<{ readonly account: Account; readonly url: string }, InviteUserFailure>> {
  const { actor, email, name, role, caller } = input;
  if (!mayInvite(actor, role)) return err({ reason: "not_manageable" });
  if (deps.settings.signUp.policy === "closed") return err({ reason: "sign_up_closed" });
  if (!isDeliverable(email, deps.settings)) return err({ reason: "address_undeliverable" });
  const { emailToken, url } = await newEmailToken(deps, "invite");
  const mail =
    actor.kind === "operator"
      ? null
      : await deps.messages.create(
          { kind: invitationKind(deps.settings), url },
          { expiresAt: emailToken.expiresAt },
        );
  const audit = newAuditEvent(deps, { type: "user_invited", details: { role } }, caller, actorIdOf(actor));
  const now = deps.clock.now();
  const outcome = await deps.invitations.invite({
    actor,
    id: newId(),
    email,
    name,
    // The actor's locale, until the user chooses a password and their own becomes known.
    locale: caller.locale,
    role,
    emailToken,
    mail,
    audit,
    now,
  });
  if (typeof outcome === "string") return err({ reason: outcome });
  if (mail) deps.messages.deliverSoon([mail.id]);
  return ok({ account: outcome, url });
}

/** The kind of the mail: its text tells the user what the link asks for. */
export const invitationKind = (settings: SignInMethodSettings) =>
  allowsMethod(settings, "password") ? "invitation" : "invitation_without_password";

const mayInvite = (actor: Actor, role: Role): boolean =>
  hasPermission(actor, "users:invite") && manageableRoles(actor).includes(role);
