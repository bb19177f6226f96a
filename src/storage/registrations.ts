import { and, eq, ne, notExists, sql } from "drizzle-orm";
import { alias } from "drizzle-orm/sqlite-core";
import type { AuditDraft } from "../audit/event.ts";
import type { EmailAddress } from "../kernel/email-address.ts";
import type { LinkDraft } from "../one-time-links/link.ts";
import type { MessageDraft } from "../outbox/message.ts";
import type { Database } from "./database.ts";
import { insertFrom, insertUnless } from "./insert-from.ts";
import { ASKED_FOR, HOURLY, queueMessage, type SendCaps } from "./queue-message.ts";
import { auditRow, linkRow, newAccountRow } from "./rows.ts";
import { accounts, auditEvents, oneTimeLinks } from "./schema.ts";

export type NewRegistration = {
  readonly id: string;
  readonly email: EmailAddress;
  readonly passwordHash: string;
  readonly name: string;
  readonly lastName: string | null;
  readonly username: string | null;
  readonly usernameKey: string | null;
  readonly age: number | null;
  readonly link: LinkDraft;
  /** To the new account. */
  readonly verification: MessageDraft;
  /** To the account that has the address already; at most one an hour. */
  readonly notice: MessageDraft;
  readonly audit: AuditDraft;
  readonly now: number;
};

export function registrationStorage(db: Database, caps: SendCaps) {
  return {
    /**
     * One batch, the same statements whatever it finds, so that neither time nor round trips tell.
     * The unique indexes decide; everything after the first statement hangs on what they decided.
     */
    async create(draft: NewRegistration): Promise<"created" | "address_taken" | "username_taken"> {
      const created = eq(accounts.id, draft.id);
      const [inserted, , , , , , , nameOwners] = await db.batch([
        insertUnless(db, accounts, accountRow(draft), usernameOwner(db, draft))
          .onConflictDoNothing()
          .returning({ id: accounts.id }),
        insertFrom(db, oneTimeLinks, linkRow(draft.link, newOwner(draft)), accounts, created),
        ...queueMessage(db, {
          draft: draft.verification,
          accountId: draft.id,
          now: draft.now,
          limits: ASKED_FOR,
          caps,
          source: accounts,
          where: created,
        }),
        ...noticeToOwner(db, draft, caps),
        insertFrom(db, auditEvents, auditRow(draft.audit, draft.id), accounts, created),
        usernameOwner(db, draft),
      ]);
      if (inserted.length > 0) return "created";
      return nameOwners.length > 0 ? "username_taken" : "address_taken";
    },
  };
}

const newOwner = (draft: NewRegistration) => ({
  accountId: draft.id,
  email: draft.email.address,
  emailKey: draft.email.key,
});

const accountRow = (draft: NewRegistration) => ({
  ...newAccountRow(draft),
  lastName: draft.lastName,
  // It becomes somebody's with their address: one that is only waiting must not show, by being
  // taken, which of two registrations made an account.
  username: draft.username,
  age: draft.age,
  passwordHash: draft.passwordHash,
});

/** Whoever has that username already, with a proven address. */
function usernameOwner(db: Database, draft: NewRegistration) {
  const namesake = alias(accounts, "namesake");
  return db
    .select({ id: namesake.id })
    .from(namesake)
    .where(eq(namesake.usernameKey, draft.usernameKey ?? sql`NULL`));
}

/** Tells the owner of a taken address, unless the answer will be about the username, or they know. */
function noticeToOwner(db: Database, draft: NewRegistration, caps: SendCaps) {
  return queueMessage(db, {
    draft: draft.notice,
    accountId: sql`${accounts.id}`,
    now: draft.now,
    limits: HOURLY,
    caps,
    source: accounts,
    where: and(
      eq(accounts.emailKey, draft.email.key),
      ne(accounts.id, draft.id),
      eq(accounts.status, "active"),
      notExists(usernameOwner(db, draft)),
    ),
  });
}
