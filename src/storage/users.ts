import { and, eq, inArray, type SQL, sql } from "drizzle-orm";
import type { Account, Role } from "../accounts/account.ts";
import type { AuditDraft } from "../audit/event.ts";
import type { EmailAddress } from "../kernel/email-address.ts";
import type { LinkDraft } from "../one-time-links/link.ts";
import type { MessageDraft } from "../outbox/message.ts";
import type { Act, Actor } from "../roles/act.ts";
import { clearAttempts } from "./attempt-counters.ts";
import { discardAvatarOf } from "./avatars.ts";
import { closeAccount } from "./close-account.ts";
import type { Database } from "./database.ts";
import { actorStands, aSuperuserStays, decide, decided, stillThere } from "./decide.ts";
import { insertFrom, insertUnless } from "./insert-from.ts";
import { voidLinks } from "./one-time-links.ts";
import { ALWAYS, ASKED_FOR, queued, queueMessage, type SendCaps } from "./queue-message.ts";
import { accountColumns, auditRow, linkRow, newAccountRow } from "./rows.ts";
import {
  accounts,
  auditEvents,
  challenges,
  mailboxMessages,
  oneTimeLinks,
  outbox,
  sessions,
} from "./schema.ts";
import { endSessions } from "./sessions.ts";

type Decision = Act & { readonly audit: AuditDraft };
type Change = Decision & { readonly now: number };
type Notified = Change & { readonly notice: MessageDraft };
type LinkMailing = Decision & { readonly link: LinkDraft; readonly mail: MessageDraft };
type Deletion = Change & {
  readonly target: Pick<Account, "id" | "role" | "status" | "email" | "phone">;
  readonly lockKeys: readonly string[];
};

type Invitation = {
  readonly actor: Actor;
  readonly id: string;
  readonly email: EmailAddress;
  readonly name: string;
  readonly role: Role;
  readonly link: LinkDraft;
  readonly mail: MessageDraft | null;
  readonly audit: AuditDraft;
  readonly now: number;
};

/** What admins do to people. Each is one batch that holds only while the act's facts do. */
export function userStorage(db: Database, caps: SendCaps) {
  const is = (act: Act) => eq(accounts.id, act.target.id);
  const noticeTo = (act: Notified) =>
    queueMessage(db, {
      draft: act.notice,
      accountId: act.target.id,
      now: act.now,
      limits: ALWAYS,
      caps,
      source: accounts,
      where: and(is(act), decided(db, act)),
    });
  return {
    async find(id: string): Promise<{ account: Account; hasPassword: boolean } | null> {
      const [row] = await db
        .select({ id: accounts.id, ...accountColumns, passwordHash: accounts.passwordHash })
        .from(accounts)
        .where(eq(accounts.id, id));
      if (!row) return null;
      const { passwordHash, ...account } = row;
      return { account, hasPassword: passwordHash !== null };
    },

    async deactivate(draft: Notified): Promise<"done" | "last_superuser" | "changed_meanwhile"> {
      const [decision, still] = await db.batch([
        decide(db, draft, aSuperuserStays(db, draft.target.id)),
        stillThere(db, draft),
        ...closeAccount(db, draft.target.id, draft.now, decided(db, draft)),
        ...noticeTo(draft),
      ]);
      return outcomeOf(decision, still);
    },

    async activate(draft: Notified): Promise<"done" | "changed_meanwhile"> {
      const [decision] = await db.batch([
        decide(db, draft),
        db
          .update(accounts)
          .set({ status: "active", updatedAt: draft.now })
          .where(and(is(draft), decided(db, draft))),
        ...noticeTo(draft),
      ]);
      return doneIf(decision);
    },

    async unlock(draft: Decision & { readonly lockKeys: readonly string[] }) {
      const [decision] = await db.batch([
        decide(db, draft),
        clearAttempts(db, draft.lockKeys, decided(db, draft)),
      ]);
      return doneIf(decision);
    },

    async endSessions(draft: Change): Promise<"done" | "changed_meanwhile"> {
      const [decision] = await db.batch([
        decide(db, draft),
        endSessions(db, draft.target.id, draft.now, decided(db, draft)),
      ]);
      return doneIf(decision);
    },

    async setRole(
      draft: Change & { readonly role: Role },
    ): Promise<"done" | "last_superuser" | "changed_meanwhile"> {
      const [decision, still] = await db.batch([
        decide(db, draft, aSuperuserStays(db, draft.target.id)),
        stillThere(db, draft),
        db
          .update(accounts)
          .set({ role: draft.role, updatedAt: draft.now })
          .where(and(is(draft), decided(db, draft))),
        endSessions(db, draft.target.id, draft.now, decided(db, draft)),
      ]);
      return outcomeOf(decision, still);
    },

    /** Mails a link to choose a password, and voids the earlier ones of its kind. */
    async mailLink(draft: LinkMailing): Promise<"done" | "send_cap" | "changed_meanwhile"> {
      const { link, mail, target } = draft;
      const owner = {
        accountId: target.id,
        email: sql`${accounts.email}`,
        emailKey: sql`${accounts.emailKey}`,
      };
      const sent = queued(db, mail);
      const results = await db.batch([
        stillThere(db, draft),
        ...queueMessage(db, {
          draft: mail,
          accountId: target.id,
          now: link.createdAt,
          limits: ASKED_FOR,
          caps,
          source: accounts,
          where: sql`${accounts.id} IN ${stillThere(db, draft)}`,
        }),
        voidLinks(
          db,
          and(eq(oneTimeLinks.accountId, target.id), sent) as SQL,
          [link.purpose],
          link.createdAt,
        ),
        insertFrom(db, oneTimeLinks, linkRow(link, owner), accounts, and(is(draft), sent)),
        insertFrom(
          db,
          auditEvents,
          auditRow(draft.audit, target.id),
          accounts,
          and(is(draft), sent),
        ).returning({
          id: auditEvents.id,
        }),
      ]);
      if (results[5].length > 0) return "done";
      return results[0].length > 0 ? "send_cap" : "changed_meanwhile";
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

    /** Deletes everything that is the account's own. The trail stays, under an id that names nobody. */
    async delete(draft: Deletion): Promise<"done" | "changed_meanwhile"> {
      const { id, email, phone } = draft.target;
      const gone = decided(db, draft);
      const [decision] = await db.batch([
        decide(db, draft),
        discardAvatarOf(db, id, draft.now, gone),
        db.delete(sessions).where(and(eq(sessions.accountId, id), gone)),
        db.delete(oneTimeLinks).where(and(eq(oneTimeLinks.accountId, id), gone)),
        db.delete(challenges).where(and(eq(challenges.accountId, id), gone)),
        db.delete(outbox).where(and(eq(outbox.accountId, id), gone)),
        clearAttempts(db, draft.lockKeys, gone),
        // The development mailbox; in production it is empty.
        db
          .delete(mailboxMessages)
          .where(and(inArray(mailboxMessages.to, phone ? [email, phone] : [email]), gone)),
        db.delete(accounts).where(and(eq(accounts.id, id), gone)),
      ]);
      return doneIf(decision);
    },
  };
}

const doneIf = (decision: readonly unknown[]) => (decision.length > 0 ? "done" : "changed_meanwhile");

/** The facts held and yet nothing was decided: then it was the last superuser. */
const outcomeOf = (decision: readonly unknown[], still: readonly unknown[]) =>
  decision.length === 0 && still.length > 0 ? "last_superuser" : doneIf(decision);
