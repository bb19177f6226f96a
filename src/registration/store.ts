import { and, eq, exists, gt, inArray, isNotNull, isNull, ne, notExists, or, sql } from "drizzle-orm";
import { alias } from "drizzle-orm/sqlite-core";
import { newAccountRow } from "../accounts/statements.ts";
import type { NewAuditEvent } from "../admin/audit-log/audit-event.ts";
import { auditRow } from "../admin/audit-log/statements.ts";
import type { EmailAddress } from "../core/email-address.ts";
import type { Locale } from "../core/locale.ts";
import type { Database } from "../db/database.ts";
import { insertFrom, insertUnless } from "../db/insert-from.ts";
import { accounts, auditEvents, emailTokens } from "../db/schema.ts";
import type { NewMessage } from "../messaging/outbox/message.ts";
import { ASKED_FOR, HOURLY, queued, queueMessage, type SendCaps } from "../messaging/outbox/statements.ts";
import type { NewEmailToken } from "./email-tokens/email-token.ts";
import { emailTokenRow, voidEmailTokens } from "./email-tokens/statements.ts";

export type NewRegistration = {
  readonly id: string;
  readonly email: EmailAddress;
  readonly passwordHash: string;
  readonly name: string;
  readonly locale: Locale;
  readonly lastName: string | null;
  readonly username: string | null;
  readonly usernameKey: string | null;
  readonly age: number | null;
  readonly link: NewEmailToken;
  /** To the new account, or to one that waits for the same proof. */
  readonly verification: NewMessage;
  /** To the account that has proven the address; at most one an hour. */
  readonly notice: NewMessage;
  readonly audit: NewAuditEvent;
  readonly now: number;
};

export function registrationStore(db: Database, caps: SendCaps) {
  return {
    /** The password of the account that waits for its address to be proven, if there is one. */
    async findWaiting(emailKey: string): Promise<string | null> {
      const [row] = await db
        .select({ passwordHash: accounts.passwordHash })
        .from(accounts)
        .where(and(eq(accounts.emailKey, emailKey), isNull(accounts.emailVerifiedAt)));
      return row?.passwordHash ?? null;
    },

    /**
     * One batch, the same statements whatever it finds, so that neither time nor round trips tell.
     * The unique indexes decide; everything after the first statement hangs on what they decided.
     */
    async create(draft: NewRegistration): Promise<"created" | "address_taken" | "username_taken"> {
      const created = eq(accounts.id, draft.id);
      const waiting = isWaiting(db, draft);
      const mailed = and(waiting, queued(db, draft.verification));
      const mailedId = db.select({ id: accounts.id }).from(accounts).where(mailed);
      const results = await db.batch([
        insertUnless(db, accounts, accountRow(draft), usernameOwner(db, draft))
          .onConflictDoNothing()
          .returning({ id: accounts.id }),
        usernameOwner(db, draft),
        ...queueMessage(db, {
          draft: draft.verification,
          accountId: sql`${accounts.id}`,
          now: draft.now,
          limits: ASKED_FOR,
          caps,
          source: accounts,
          where: waiting,
        }),
        voidEmailTokens(db, inArray(emailTokens.accountId, mailedId), ["verify_email"], draft.now),
        insertFrom(db, emailTokens, linkOf(draft), accounts, mailed),
        // Mailed or not.
        db
          .update(accounts)
          .set(CLEARED_CREDENTIALS)
          .where(and(waiting, sql`${accounts.passwordHash} IS NOT ${draft.passwordHash}`)),
        ...noticeToOwner(db, draft, caps),
        insertFrom(db, auditEvents, auditRow(draft.audit, draft.id), accounts, created),
      ]);
      if (results[0].length > 0) return "created";
      return results[1].length > 0 ? "username_taken" : "address_taken";
    },
  };
}

/**
 * What two who claim one address, with two passwords, make of the account that waits: nobody can tell
 * whose they are, so it has nothing of either. Whoever proves the address chooses anew (decision 020).
 */
const CLEARED_CREDENTIALS = {
  passwordHash: null,
  name: sql`substr(${accounts.email}, 1, min(instr(${accounts.email}, '@') - 1, 64))`,
  lastName: null,
  username: null,
  age: null,
};

/**
 * The account under the address that nobody has proven: the new one, or that of somebody who was
 * sooner. An invitation is not to be answered by a stranger.
 */
const isWaiting = (db: Database, draft: NewRegistration) =>
  and(
    eq(accounts.emailKey, draft.email.key),
    isNull(accounts.emailVerifiedAt),
    eq(accounts.status, "active"),
    eq(accounts.role, "user"),
    notExists(liveInvitation(db, draft)),
    notExists(usernameOwner(db, draft)),
  );

const liveInvitation = (db: Database, { now }: NewRegistration) =>
  db
    .select({ one: sql`1` })
    .from(emailTokens)
    .where(
      and(
        eq(emailTokens.accountId, accounts.id),
        eq(emailTokens.purpose, "invite"),
        isNull(emailTokens.consumedAt),
        gt(emailTokens.expiresAt, now),
      ),
    );

const linkOf = ({ link }: NewRegistration) =>
  emailTokenRow(link, {
    accountId: sql`${accounts.id}`,
    email: sql`${accounts.email}`,
    emailKey: sql`${accounts.emailKey}`,
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

/** Tells whoever has the address already, unless the answer will be about the username, or they know. */
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
      or(isNotNull(accounts.emailVerifiedAt), ne(accounts.role, "user"), exists(liveInvitation(db, draft))),
      notExists(usernameOwner(db, draft)),
    ),
  });
}
