import { and, eq, inArray, or } from "drizzle-orm";
import type { Account, Role } from "../../accounts/account.ts";
import { discardAvatar } from "../../accounts/avatar/statements.ts";
import { accountColumns, closeAccount } from "../../accounts/statements.ts";
import { clearAttempts } from "../../authentication/lockout/statements.ts";
import type { Database } from "../../db/database.ts";
import {
  accounts,
  authorizationCodes,
  emailTokens,
  identities,
  mailboxMessages,
  oneTimeCodes,
  outbox,
  sessions,
} from "../../db/schema.ts";
import type { NewMessage } from "../../messaging/outbox/message.ts";
import { NO_SEND_LIMITS, queueMessage, type SendCaps } from "../../messaging/outbox/statements.ts";
import { endSessions } from "../../sessions/statements.ts";
import type { AdminAction } from "../authorization/admin-action.ts";
import {
  type AuditedAction,
  anotherSuperuserExists,
  applyIf,
  targetUnchanged,
  wasApplied,
} from "./statements.ts";

type TimedAction = AuditedAction & { readonly now: number };
/** `notice`: the mail that informs the target. */
type NotifiedAction = TimedAction & { readonly notice: NewMessage };
type Deletion = TimedAction & {
  readonly target: Pick<Account, "id" | "role" | "status" | "email" | "phone">;
  readonly lockoutKeys: readonly string[];
};

export type UserStore = ReturnType<typeof userStore>;

/** User administration. Each action is one batch, applied only while actor and target are unchanged. */
export function userStore(db: Database, caps: SendCaps) {
  const isTarget = (action: AdminAction) => eq(accounts.id, action.target.id);
  const queueNotice = (action: NotifiedAction) =>
    queueMessage(db, {
      draft: action.notice,
      accountId: action.target.id,
      now: action.now,
      limits: NO_SEND_LIMITS,
      caps,
      source: accounts,
      where: and(isTarget(action), wasApplied(db, action)),
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

    /** At most 100 ids, each a parameter of one statement. The order of the result is undefined. */
    async findMany(ids: readonly string[]): Promise<Account[]> {
      return db
        .select({ id: accounts.id, ...accountColumns })
        .from(accounts)
        .where(inArray(accounts.id, [...ids]));
    },

    /** At most 90 ids. `roles` filters the accounts; null means no filter. */
    async findNames(ids: readonly string[], roles: readonly Role[] | null) {
      return db
        .select({ id: accounts.id, name: accounts.name })
        .from(accounts)
        .where(and(inArray(accounts.id, [...ids]), roles ? inArray(accounts.role, [...roles]) : undefined));
    },

    async deactivate(action: NotifiedAction): Promise<"done" | "last_superuser" | "changed_meanwhile"> {
      const [applied, unchanged] = await db.batch([
        applyIf(db, action, anotherSuperuserExists(db, action.target.id)),
        targetUnchanged(db, action),
        ...closeAccount(db, action.target.id, action.now, wasApplied(db, action)),
        ...queueNotice(action),
      ]);
      return outcomeOf(applied, unchanged);
    },

    async activate(action: NotifiedAction): Promise<"done" | "changed_meanwhile"> {
      const [applied] = await db.batch([
        applyIf(db, action),
        db
          .update(accounts)
          .set({ status: "active", updatedAt: action.now })
          .where(and(isTarget(action), wasApplied(db, action))),
        ...queueNotice(action),
      ]);
      return doneIf(applied);
    },

    async unlock(action: AuditedAction & { readonly lockoutKeys: readonly string[] }) {
      const [applied] = await db.batch([
        applyIf(db, action),
        clearAttempts(db, action.lockoutKeys, wasApplied(db, action)),
      ]);
      return doneIf(applied);
    },

    async endSessions(action: TimedAction): Promise<"done" | "changed_meanwhile"> {
      const [applied] = await db.batch([
        applyIf(db, action),
        endSessions(db, action.target.id, action.now, wasApplied(db, action)),
      ]);
      return doneIf(applied);
    },

    async setRole(
      action: NotifiedAction & { readonly role: Role },
    ): Promise<"done" | "last_superuser" | "changed_meanwhile"> {
      const [applied, unchanged] = await db.batch([
        applyIf(db, action, anotherSuperuserExists(db, action.target.id)),
        targetUnchanged(db, action),
        db
          .update(accounts)
          .set({ role: action.role, updatedAt: action.now })
          .where(and(isTarget(action), wasApplied(db, action))),
        endSessions(db, action.target.id, action.now, wasApplied(db, action)),
        ...queueNotice(action),
      ]);
      return outcomeOf(applied, unchanged);
    },

    /** Deletes the account and every row that it owns. Its audit events stay. */
    async delete(action: Deletion): Promise<"done" | "changed_meanwhile"> {
      const { id, email, phone } = action.target;
      const applies = wasApplied(db, action);
      const [applied] = await db.batch([
        applyIf(db, action),
        discardAvatar(db, id, action.now, applies),
        db.delete(sessions).where(and(eq(sessions.accountId, id), applies)),
        db.delete(emailTokens).where(and(eq(emailTokens.accountId, id), applies)),
        db.delete(oneTimeCodes).where(and(eq(oneTimeCodes.accountId, id), applies)),
        db.delete(authorizationCodes).where(and(eq(authorizationCodes.accountId, id), applies)),
        db.delete(identities).where(and(eq(identities.accountId, id), applies)),
        clearAttempts(db, action.lockoutKeys, applies),
        // Messages in the development mailbox, which is empty in production. The id of an outbox row also
        // finds those that were sent to an earlier address or number of the account.
        db
          .delete(mailboxMessages)
          .where(
            and(
              or(
                inArray(mailboxMessages.to, phone ? [email, phone] : [email]),
                inArray(
                  mailboxMessages.id,
                  db.select({ id: outbox.id }).from(outbox).where(eq(outbox.accountId, id)),
                ),
              ),
              applies,
            ),
          ),
        db.delete(outbox).where(and(eq(outbox.accountId, id), applies)),
        db.delete(accounts).where(and(eq(accounts.id, id), applies)),
      ]);
      return doneIf(applied);
    },
  };
}

const doneIf = (applied: readonly unknown[]) => (applied.length > 0 ? "done" : "changed_meanwhile");

/** If actor and target are unchanged and the action was not applied, the target is the last superuser. */
const outcomeOf = (applied: readonly unknown[], unchanged: readonly unknown[]) =>
  applied.length === 0 && unchanged.length > 0 ? "last_superuser" : doneIf(applied);
