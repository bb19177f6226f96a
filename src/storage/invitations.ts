import { and, eq, isNull, type SQL, sql } from "drizzle-orm";
import type { Account, Role } from "../accounts/account.ts";
import type { AuditDraft } from "../audit/event.ts";
import type { EmailAddress } from "../kernel/email-address.ts";
import type { Locale } from "../kernel/locale.ts";
import type { LinkDraft } from "../one-time-links/link.ts";
import type { MessageDraft } from "../outbox/message.ts";
import type { Act, Actor } from "../roles/act.ts";
import type { Database } from "./database.ts";
import { actorStands, stillThere } from "./decide.ts";
import { insertFrom, insertUnless } from "./insert-from.ts";
import { latestSend, retryAt } from "./latest-send.ts";
import { voidLinks } from "./one-time-links.ts";
import { ALWAYS, ASKED_FOR, queued, queueMessage, type SendCaps } from "./queue-message.ts";
import { accountColumns, auditRow, linkRow, newAccountRow } from "./rows.ts";
import { accounts, auditEvents, oneTimeLinks } from "./schema.ts";

type LinkMailing = Act & {
  readonly audit: AuditDraft;
  readonly link: LinkDraft;
  readonly mail: MessageDraft;
};
type Invitation = {
  readonly actor: Actor;
  readonly id: string;
  readonly email: EmailAddress;
  readonly name: string;
  readonly locale: Locale;
  readonly role: Role;
  readonly link: LinkDraft;
  readonly mail: MessageDraft | null;
  readonly audit: AuditDraft;
  readonly now: number;
};

type LinkOutcome =
  | { readonly kind: "done" | "changed_meanwhile" }
  /** `retryAt`: an instant. */
  | { readonly kind: "send_cap"; readonly retryAt: number };

/** Links to choose a password, which admins have mailed to others. */
export function invitationStorage(db: Database, caps: SendCaps) {
  return {
    /** Mails a link to choose a password, and voids the earlier ones of its kind. */
    async mailLink(draft: LinkMailing): Promise<LinkOutcome> {
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
        stillThere(db, draft, fits),
        latestSend(db, target.id, mail, link.createdAt),
        ...queueMessage(db, {
          draft: mail,
          accountId: target.id,
          now: link.createdAt,
          limits: ASKED_FOR,
          caps,
          source: accounts,
          where: and(sql`${accounts.id} IN ${stillThere(db, draft)}`, fits),
        }),
        voidLinks(
          db,
          and(eq(oneTimeLinks.accountId, target.id), sent) as SQL,
          [link.purpose],
          link.createdAt,
        ),
        insertFrom(db, oneTimeLinks, linkRow(link, owner), accounts, and(is, sent)),
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
          : insertFrom(db, accounts, row, accounts, and(eq(accounts.id, actor.id), actorStands(db, actor)))
        ).onConflictDoNothing(),
        insertFrom(
          db,
          oneTimeLinks,
          linkRow(link, { accountId: id, email: email.address, emailKey: email.key }),
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
