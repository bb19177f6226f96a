import { and, eq, isNull, type SQL, sql } from "drizzle-orm";
import type { Account, Role } from "../../accounts/account.ts";
import { accountColumns, newAccountRow } from "../../accounts/statements.ts";
import type { EmailAddress } from "../../core/email-address.ts";
import type { Locale } from "../../core/locale.ts";
import type { Database } from "../../db/database.ts";
import { insertFrom, insertUnless } from "../../db/insert-select.ts";
import { runBatch } from "../../db/run-batch.ts";
import { accounts, auditEvents, emailTokens } from "../../db/schema.ts";
import type { NewMessage } from "../../messaging/outbox/message.ts";
import {
  ADMIN_MESSAGE_LIMITS,
  isInOutbox,
  latestSend,
  NO_SEND_LIMITS,
  queueMessage,
  retryAt,
  type SendCaps,
} from "../../messaging/outbox/statements.ts";
import type { NewEmailToken } from "../../registration/email-tokens/email-token.ts";
import {
  emailTokenRow,
  voidEmailTokens,
  voidSurplusResetTokens,
} from "../../registration/email-tokens/statements.ts";
import {
  addressHolder,
  deleteUnprovenRegistration,
} from "../../registration/unproven-registration-statements.ts";
import type { NewAuditEvent } from "../audit-log/audit-event.ts";
import { auditRow } from "../audit-log/statements.ts";
import type { Actor } from "../authorization/actor.ts";
import { type AuditedAction, actorStillAllowed, targetUnchanged } from "./statements.ts";

type EmailTokenMailing = AuditedAction & { readonly emailToken: NewEmailToken; readonly mail: NewMessage };
/** `mail` is null if the actor passes the link on. */
type NewInvitation = {
  readonly actor: Actor;
  readonly id: string;
  readonly email: EmailAddress;
  readonly name: string;
  readonly locale: Locale;
  readonly role: Role;
  readonly emailToken: NewEmailToken;
  readonly mail: NewMessage | null;
  readonly audit: NewAuditEvent;
  readonly now: number;
};

type SendEmailTokenOutcome =
  | { readonly kind: "done" | "changed_meanwhile" }
  /** `retryAt`: an instant. */
  | { readonly kind: "send_cap"; readonly retryAt: number };

export type InvitationStore = ReturnType<typeof invitationStore>;

/** Invitations and password resets that an admin starts. */
export function invitationStore(db: Database, caps: SendCaps) {
  return {
    /**
     * Mails a link to choose a password. A new invitation revokes the earlier ones; of reset links the two newest
     * earlier ones stay valid.
     */
    async sendEmailToken(action: EmailTokenMailing): Promise<SendEmailTokenOutcome> {
      const { emailToken, mail, target } = action;
      const owner = {
        accountId: target.id,
        email: sql`${accounts.email}`,
        emailKey: sql`${accounts.emailKey}`,
      };
      const sent = isInOutbox(db, mail);
      const isTarget = eq(accounts.id, target.id);
      // An invitation that the user has accepted in the meantime is not sent again.
      const isPending = emailToken.purpose === "invite" ? isNull(accounts.passwordHash) : undefined;
      const { unchanged, latest, audited } = await runBatch(db, {
        unchanged: targetUnchanged(db, action, isPending),
        latest: latestSend(db, target.id, mail, emailToken.createdAt, ADMIN_MESSAGE_LIMITS.budget),
        mail: queueMessage(db, {
          message: mail,
          accountId: target.id,
          now: emailToken.createdAt,
          limits: ADMIN_MESSAGE_LIMITS,
          caps,
          source: accounts,
          where: and(sql`${accounts.id} IN ${targetUnchanged(db, action)}`, isPending),
        }),
        earlierTokens:
          emailToken.purpose === "reset_password"
            ? voidSurplusResetTokens(
                db,
                db.select({ id: accounts.id }).from(accounts).where(and(isTarget, sent)),
                emailToken.createdAt,
              )
            : voidEmailTokens(
                db,
                and(eq(emailTokens.accountId, target.id), sent) as SQL,
                [emailToken.purpose],
                emailToken.createdAt,
              ),
        token: insertFrom(db, emailTokens, emailTokenRow(emailToken, owner), accounts, and(isTarget, sent)),
        audited: insertFrom(
          db,
          auditEvents,
          auditRow(action.audit, target.id),
          accounts,
          and(isTarget, sent),
        ).returning({ id: auditEvents.id }),
      });
      if (audited.length > 0) return { kind: "done" };
      if (unchanged.length === 0) return { kind: "changed_meanwhile" };
      return { kind: "send_cap", retryAt: retryAt(latest, emailToken.createdAt) };
    },

    /** Creates the invited account. It replaces an unproven registration of the address, which does not hold it. */
    async invite(invitation: NewInvitation): Promise<Account | "address_taken" | "changed_meanwhile"> {
      const { actor, id, email, emailToken, mail, now } = invitation;
      const row = { ...newAccountRow(invitation), role: invitation.role };
      const addressOwner = addressHolder(db, email.key, now);
      const isAllowed = actorStillAllowed(db, actor);
      const isInvited = eq(accounts.id, id);
      const { invited, owners } = await runBatch(db, {
        owners: addressOwner,
        registration: deleteUnprovenRegistration(db, email.key, now, isAllowed),
        // The insert selects from the actor's own row, so it requires that the actor is still allowed.
        account: (actor.kind === "operator"
          ? insertUnless(db, accounts, row, addressOwner)
          : insertFrom(db, accounts, row, accounts, and(eq(accounts.id, actor.accountId), isAllowed))
        ).onConflictDoNothing(),
        token: insertFrom(
          db,
          emailTokens,
          emailTokenRow(emailToken, { accountId: id, email: email.address, emailKey: email.key }),
          accounts,
          isInvited,
        ),
        audit: insertFrom(db, auditEvents, auditRow(invitation.audit, id), accounts, isInvited),
        invited: db
          .select({ id: accounts.id, ...accountColumns })
          .from(accounts)
          .where(isInvited),
        mail: mail
          ? queueMessage(db, {
              message: mail,
              accountId: id,
              now,
              limits: NO_SEND_LIMITS,
              caps,
              source: accounts,
              where: isInvited,
            })
          : [],
      });
      if (invited[0]) return invited[0];
      return owners.length > 0 ? "address_taken" : "changed_meanwhile";
    },
  };
}
