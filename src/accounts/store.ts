import { and, eq, ne, notExists, type SQL, sql } from "drizzle-orm";
import { alias } from "drizzle-orm/sqlite-core";
import type { NewAuditEvent } from "../admin/audit-log/audit-event.ts";
import { auditRow, isAudited } from "../admin/audit-log/statements.ts";
import type { AdminAction } from "../admin/authorization/admin-action.ts";
import { anotherSuperuserExists, applyIf, wasApplied } from "../admin/users/statements.ts";
import { voidOneTimeCodes } from "../authentication/one-time-codes/statements.ts";
import type { Database } from "../db/database.ts";
import { insertFrom } from "../db/insert-select.ts";
import { isActive } from "../db/predicates.ts";
import { runBatch } from "../db/run-batch.ts";
import { accounts, auditEvents, emailTokens, oneTimeCodes, sessions } from "../db/schema.ts";
import type { NewMessage } from "../messaging/outbox/message.ts";
import { NO_SEND_LIMITS, queueMessage, type SendCaps } from "../messaging/outbox/statements.ts";
import { voidEmailTokens } from "../registration/email-tokens/statements.ts";
import { endSessions } from "../sessions/statements.ts";
import type { Account, ProfileChange, SignInMethods } from "./account.ts";
import type { MetadataChange } from "./metadata.ts";
import { accountColumns, closeAccount } from "./statements.ts";

type ProfileUpdate = AdminAction & {
  readonly change: ProfileChange & MetadataChange & { readonly usernameKey?: string | null };
  readonly audit: NewAuditEvent;
  readonly now: number;
};

type PasswordReplacement = {
  readonly accountId: string;
  /** The hash that the password was checked against. If the stored hash differs, nothing changes. */
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

export type AccountStore = ReturnType<typeof accountStore>;

export function accountStore(db: Database, caps: SendCaps) {
  const noticeOf = (
    message: { notice: NewMessage; accountId: string; now: number },
    where: SQL | undefined,
  ) => ({
    message: message.notice,
    accountId: message.accountId,
    now: message.now,
    limits: NO_SEND_LIMITS,
    caps,
    source: accounts,
    where,
  });
  return {
    async findSignInMethods(id: string): Promise<SignInMethods | null> {
      const [row] = await db
        .select({ passwordHash: accounts.passwordHash })
        .from(accounts)
        .where(eq(accounts.id, id));
      return row ? { hasPassword: row.passwordHash !== null } : null;
    },

    async updateProfile(update: ProfileUpdate): Promise<Account | "username_taken" | "changed_meanwhile"> {
      const { target, change, now } = update;
      const { applied, changed, namesakes } = await runBatch(db, {
        applied: applyIf(db, update, notExists(usernameOwner(db, update))),
        account: db
          .update(accounts)
          .set({ ...change, updatedAt: now })
          .where(and(eq(accounts.id, target.id), wasApplied(db, update))),
        changed: db
          .select({ id: accounts.id, ...accountColumns })
          .from(accounts)
          .where(eq(accounts.id, target.id)),
        namesakes: usernameOwner(db, update),
      });
      if (applied.length === 0) return namesakes.length > 0 ? "username_taken" : "changed_meanwhile";
      return changed[0] ?? "changed_meanwhile";
    },

    /** Sets the new hash, ends the other sessions and returns their ids. */
    async replacePassword(
      replacement: PasswordReplacement,
    ): Promise<{ endedSessionIds: string[] } | "changed_meanwhile"> {
      const done = and(
        eq(accounts.id, replacement.accountId),
        eq(accounts.passwordHash, replacement.newHash),
      );
      const { changed, ended } = await runBatch(db, {
        changed: db
          .update(accounts)
          // An attacker who knew the old password may have added known devices.
          .set({
            passwordHash: replacement.newHash,
            devicesKnownSince: replacement.now + 1,
            updatedAt: replacement.now,
          })
          .where(
            and(
              eq(accounts.id, replacement.accountId),
              eq(accounts.passwordHash, replacement.checkedHash),
              isActive(),
            ),
          )
          .returning({ id: accounts.id }),
        ended: endSessions(
          db,
          replacement.accountId,
          replacement.now,
          and(ne(sessions.id, replacement.keepSessionId), accountIs(db, done)),
        ),
        emailTokens: voidEmailTokens(
          db,
          and(eq(emailTokens.accountId, replacement.accountId), accountIs(db, done)) as SQL,
          ["reset_password", "change_email"],
          replacement.now,
        ),
        oneTimeCodes: voidOneTimeCodes(
          db,
          and(eq(oneTimeCodes.accountId, replacement.accountId), accountIs(db, done)) as SQL,
        ),
        notice: queueMessage(db, noticeOf(replacement, done)),
        audit: insertFrom(
          db,
          auditEvents,
          auditRow(replacement.audit, replacement.accountId),
          accounts,
          done,
        ),
      });
      if (changed.length === 0) return "changed_meanwhile";
      return { endedSessionIds: ended.map((row) => row.id) };
    },

    /** Deactivates the caller's own account, unless it is the last active superuser (contract §3). */
    async deactivate(
      deactivation: Deactivation,
    ): Promise<"deactivated" | "last_superuser" | "changed_meanwhile"> {
      const own = and(
        eq(accounts.id, deactivation.accountId),
        isActive(),
        eq(accounts.passwordHash, deactivation.checkedHash),
      );
      const done = isAudited(db, deactivation.audit);
      const { applied, unchanged } = await runBatch(db, {
        applied: insertFrom(
          db,
          auditEvents,
          auditRow(deactivation.audit, deactivation.accountId),
          accounts,
          and(own, anotherSuperuserExists(db, deactivation.accountId)),
        ).returning({ id: auditEvents.id }),
        unchanged: db.select({ id: accounts.id }).from(accounts).where(own),
        closure: closeAccount(db, deactivation.accountId, deactivation.now, done),
        notice: queueMessage(db, noticeOf(deactivation, and(eq(accounts.id, deactivation.accountId), done))),
      });
      if (applied.length > 0) return "deactivated";
      return unchanged.length > 0 ? "last_superuser" : "changed_meanwhile";
    },
  };
}

/** `EXISTS (SELECT 1 FROM accounts WHERE …)`, for the later statements of a batch. */
const accountIs = (db: Database, where: SQL | undefined): SQL =>
  sql`EXISTS ${db.select({ one: sql`1` }).from(accounts).where(where)}`;

/** Another account that has the requested username. */
function usernameOwner(db: Database, { target, change }: ProfileUpdate) {
  const other = alias(accounts, "other");
  return db
    .select({ id: other.id })
    .from(other)
    .where(and(eq(other.usernameKey, change.usernameKey ?? sql`NULL`), ne(other.id, target.id)));
}
