import { and, eq, isNull, type SQL, sql } from "drizzle-orm";
import type { Account, Role } from "../../accounts/account.ts";
import { accountColumns, newAccountRow } from "../../accounts/statements.ts";
import type { EmailAddress } from "../../core/email-address.ts";
import type { Locale } from "../../core/locale.ts";
import type { Database } from "../../db/database.ts";
import { insertFrom, insertUnless } from "../../db/insert-from.ts";
import { accounts, auditEvents, emailTokens } from "../../db/schema.ts";
import type { NewMessage } from "../../messaging/outbox/message.ts";
import {
  ALWAYS,
  ASKED_FOR,
  latestSend,
  queued,
  queueMessage,
  retryAt,
  type SendCaps,
} from "../../messaging/outbox/statements.ts";
import type { NewEmailToken } from "../../registration/email-tokens/email-token.ts";
import { emailTokenRow, voidEmailTokens } from "../../registration/email-tokens/statements.ts";
import type { NewAuditEvent } from "../audit-log/audit-event.ts";
import { auditRow } from "../audit-log/statements.ts";
import type { Actor, AdminAction } from "../authorization/admin-action.ts";
import { actorStillAllowed, targetUnchanged } from "./statements.ts";

type LinkMailing = AdminAction & {
  readonly audit: NewAuditEvent;
  readonly link: NewEmailToken;
  readonly mail: NewMessage;
};
type Invitation = {
  readonly actor: Actor;
  readonly id: string;
  readonly email: EmailAddress;
  readonly name: string;
  readonly locale: Locale;
  readonly role: Role;
  readonly link: NewEmailToken;
  readonly mail: NewMessage | null;
  readonly audit: NewAuditEvent;
  readonly now: number;
};

type LinkOutcome =
  | { readonly kind: "done" | "changed_meanwhile" }
  /** `retryAt`: an instant. */
  | { readonly kind: "send_cap"; readonly retryAt: number };

/** Links to choose a password, which admins have mailed to others. */
export function invitationStore(db: Database, caps: SendCaps) {
  return {
    /** Mails a link to choose a password, and voids the earlier ones of its kind. */
    async sendEmailToken(draft: LinkMailing): Promise<LinkOutcome> {
      const { link, mail, target } = draft;
      const owner = {
        accountId: target.id,
        email: sql`${accounts.email}`,
        emailKey: sql`${accounts.emailKey}`,
      };
      const sent = queued(db, mail);
      const is = eq(accounts.id, target.id);
      // An invitation that was taken up meanwhile is not sent once more.
      const fits = link.purpose === "invite" ? isNull(accounts.passwordHash) : undefined;
      const results = await db.batch([
        targetUnchanged(db, draft, fits),
        latestSend(db, target.id, mail, link.createdAt),
        ...queueMessage(db, {
          draft: mail,
          accountId: target.id,
          now: link.createdAt,
          limits: ASKED_FOR,
          caps,
          source: accounts,
          where: and(sql`${accounts.id} IN ${targetUnchanged(db, draft)}`, fits),
        }),
        voidEmailTokens(
          db,
          and(eq(emailTokens.accountId, target.id), sent) as SQL,
          [link.purpose],
          link.createdAt,
        ),
        insertFrom(db, emailTokens, emailTokenRow(link, owner), accounts, and(is, sent)),
        insertFrom(db, auditEvents, auditRow(draft.audit, target.id), accounts, and(is, sent)).returning({
          id: auditEvents.id,
        }),
      ]);
      if (results[6].length > 0) return { kind: "done" };
      if (results[0].length === 0) return { kind: "changed_meanwhile" };
      return { kind: "send_cap", retryAt: retryAt(results[1], link.createdAt) };
    },

    async invite(draft: Invitation): Promise<Account | "address_taken" | "changed_meanwhile"> {
      const { actor, id, email, link, mail, now } = draft;
      const row = { ...newAccountRow(draft), role: draft.role };
      const owner = db.select({ id: accounts.id }).from(accounts).where(eq(accounts.emailKey, email.key));
      const made = eq(accounts.id, id);
      const results = await db.batch([
        // Its source is the actor's own row, so that it hangs on what they are at this moment.
        (actor === "operator"
          ? insertUnless(db, accounts, row, owner)
          : insertFrom(
              db,
              accounts,
              row,
              accounts,
              and(eq(accounts.id, actor.id), actorStillAllowed(db, actor)),
            )
        ).onConflictDoNothing(),
        insertFrom(
          db,
          emailTokens,
          emailTokenRow(link, { accountId: id, email: email.address, emailKey: email.key }),
          accounts,
          made,
        ),
        insertFrom(db, auditEvents, auditRow(draft.audit, id), accounts, made),
        db
          .select({ id: accounts.id, ...accountColumns })
          .from(accounts)
          .where(made),
        owner,
        ...(mail
          ? queueMessage(db, {
              draft: mail,
              accountId: id,
              now,
              limits: ALWAYS,
              caps,
              source: accounts,
              where: made,
            })
          : []),
      ]);
      const account = results[3][0];
      if (account) return account;
      return results[4].length > 0 ? "address_taken" : "changed_meanwhile";
    },
  };
}
