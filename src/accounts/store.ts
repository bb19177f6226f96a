import { and, eq, ne, notExists, type SQL, sql } from "drizzle-orm";
import { alias } from "drizzle-orm/sqlite-core";
import type { NewAuditEvent } from "../admin/audit-log/audit-event.ts";
import { auditRow, isAudited } from "../admin/audit-log/statements.ts";
import type { AdminAction } from "../admin/authorization/admin-action.ts";
import { anotherSuperuserExists, applyIf, wasApplied } from "../admin/users/statements.ts";
import type { Reservation } from "../authentication/lockout/rules.ts";
import { readLockout, reservationOf, reserveAttempt } from "../authentication/lockout/statements.ts";
import { voidOneTimeCodes } from "../authentication/one-time-codes/statements.ts";
import type { Database } from "../db/database.ts";
import { insertFrom } from "../db/insert-from.ts";
import { accounts, auditEvents, emailTokens, oneTimeCodes, sessions } from "../db/schema.ts";
import type { NewMessage } from "../messaging/outbox/message.ts";
import { ALWAYS, queueMessage, type SendCaps } from "../messaging/outbox/statements.ts";
import { voidEmailTokens } from "../registration/email-tokens/statements.ts";
import { endSessions } from "../sessions/statements.ts";
import type { Account, ProfileChange } from "./account.ts";
import { accountColumns, closeAccount } from "./statements.ts";

type ProfileUpdate = AdminAction & {
  readonly change: ProfileChange & { readonly usernameKey?: string | null };
  readonly audit: NewAuditEvent;
  readonly now: number;
};

export type PasswordReplacement = {
  readonly accountId: string;
  /** The hash that the caller has just been checked against; another one in its place voids the change. */
  readonly checkedHash: string;
  readonly newHash: string;
  readonly keepSessionId: string;
  readonly notice: NewMessage;
  readonly audit: NewAuditEvent;
  readonly now: number;
};

type Deactivation = {
  readonly accountId: string;
  readonly checkedHash: string;
  readonly notice: NewMessage;
  readonly audit: NewAuditEvent;
  readonly now: number;
};

export function accountStore(db: Database, caps: SendCaps) {
  const noticeOf = (
    draft: { notice: NewMessage; accountId: string; now: number },
    where: SQL | undefined,
  ) => ({
    draft: draft.notice,
    accountId: draft.accountId,
    now: draft.now,
    limits: ALWAYS,
    caps,
    source: accounts,
    where,
  });
  return {
    /** Counts an attempt to confirm the password, and reads what it is checked against. */
    async beginConfirmation(
      id: string,
      lockoutKey: string,
      now: number,
    ): Promise<{ reservation: Reservation; passwordHash: string | null }> {
      const [reserved, lock, rows] = await db.batch([
        reserveAttempt(db, lockoutKey, now),
        readLockout(db, lockoutKey),
        db.select({ passwordHash: accounts.passwordHash }).from(accounts).where(eq(accounts.id, id)),
      ]);
      return { reservation: reservationOf(reserved, lock), passwordHash: rows[0]?.passwordHash ?? null };
    },

    async findSignInMethods(id: string): Promise<{ hasPassword: boolean; secondFactor: boolean } | null> {
      const [row] = await db
        .select({ passwordHash: accounts.passwordHash, secondFactor: accounts.loginOtp })
        .from(accounts)
        .where(eq(accounts.id, id));
      return row ? { hasPassword: row.passwordHash !== null, secondFactor: row.secondFactor } : null;
    },

    async updateProfile(update: ProfileUpdate): Promise<Account | "username_taken" | "changed_meanwhile"> {
      const { target, change, now } = update;
      const [decision, , changed, namesakes] = await db.batch([
        applyIf(db, update, notExists(usernameOwner(db, update))),
        db
          .update(accounts)
          .set({ ...change, updatedAt: now })
          .where(and(eq(accounts.id, target.id), wasApplied(db, update))),
        db
          .select({ id: accounts.id, ...accountColumns })
          .from(accounts)
          .where(eq(accounts.id, target.id)),
        usernameOwner(db, update),
      ]);
      if (decision.length === 0) return namesakes.length > 0 ? "username_taken" : "changed_meanwhile";
      return changed[0] ?? "changed_meanwhile";
    },

    /** Sets the new hash and ends the other sessions; the ids of those come back. */
    async replacePassword(
      draft: PasswordReplacement,
    ): Promise<{ endedSessionIds: string[] } | "changed_meanwhile"> {
      const done = and(eq(accounts.id, draft.accountId), eq(accounts.passwordHash, draft.newHash));
      const [changed, ended] = await db.batch([
        db
          .update(accounts)
          // Whoever knew the old password may have made devices known.
          .set({ passwordHash: draft.newHash, devicesKnownSince: draft.now + 1, updatedAt: draft.now })
          .where(
            and(
              eq(accounts.id, draft.accountId),
              eq(accounts.passwordHash, draft.checkedHash),
              eq(accounts.status, "active"),
            ),
          )
          .returning({ id: accounts.id }),
        endSessions(
          db,
          draft.accountId,
          draft.now,
          and(ne(sessions.id, draft.keepSessionId), accountIs(db, done)),
        ),
        voidEmailTokens(
          db,
          and(eq(emailTokens.accountId, draft.accountId), accountIs(db, done)) as SQL,
          ["reset_password", "change_email"],
          draft.now,
        ),
        voidOneTimeCodes(db, and(eq(oneTimeCodes.accountId, draft.accountId), accountIs(db, done)) as SQL),
        ...queueMessage(db, noticeOf(draft, done)),
        insertFrom(db, auditEvents, auditRow(draft.audit, draft.accountId), accounts, done),
      ]);
      if (changed.length === 0) return "changed_meanwhile";
      return { endedSessionIds: ended.map((row) => row.id) };
    },

    /** Deactivates the caller's own account; the last active superuser stays (contract §3). */
    async deactivate(draft: Deactivation): Promise<"deactivated" | "last_superuser" | "changed_meanwhile"> {
      const own = and(
        eq(accounts.id, draft.accountId),
        eq(accounts.status, "active"),
        eq(accounts.passwordHash, draft.checkedHash),
      );
      const done = isAudited(db, draft.audit);
      const [decision, still] = await db.batch([
        insertFrom(
          db,
          auditEvents,
          auditRow(draft.audit, draft.accountId),
          accounts,
          and(own, anotherSuperuserExists(db, draft.accountId)),
        ).returning({ id: auditEvents.id }),
        db.select({ id: accounts.id }).from(accounts).where(own),
        ...closeAccount(db, draft.accountId, draft.now, done),
        ...queueMessage(db, noticeOf(draft, and(eq(accounts.id, draft.accountId), done))),
      ]);
      if (decision.length > 0) return "deactivated";
      return still.length > 0 ? "last_superuser" : "changed_meanwhile";
    },
  };
}

/** `EXISTS (SELECT 1 FROM accounts WHERE …)`, for the later statements of a batch. */
const accountIs = (db: Database, where: SQL | undefined): SQL =>
  sql`EXISTS ${db.select({ one: sql`1` }).from(accounts).where(where)}`;

/** Whoever else has the username that is asked for. */
function usernameOwner(db: Database, { target, change }: ProfileUpdate) {
  const other = alias(accounts, "other");
  return db
    .select({ id: other.id })
    .from(other)
    .where(and(eq(other.usernameKey, change.usernameKey ?? sql`NULL`), ne(other.id, target.id)));
}
