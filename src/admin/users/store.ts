import { and, eq, inArray, isNotNull, or } from "drizzle-orm";
import type { Account, Role } from "../../accounts/account.ts";
import { type Erasure, eraseAccount, isPending } from "../../accounts/deletion/statements.ts";
import { accountColumns, closeAccount } from "../../accounts/statements.ts";
import { voidFactorRemoval } from "../../authentication/factor-removal/statements.ts";
import { clearAttempts } from "../../authentication/lockout/attempt-counter-statements.ts";
import type { Database } from "../../db/database.ts";
import { addressIsVerified } from "../../db/predicates.ts";
import { runBatch } from "../../db/run-batch.ts";
import { accounts } from "../../db/schema.ts";
import type { NewMessage } from "../../messaging/outbox/message.ts";
import { NO_SEND_LIMITS, queueMessage, type SendCaps } from "../../messaging/outbox/statements.ts";
import { endSessions } from "../../sessions/statements.ts";
import type { AdminAction } from "../authorization/admin-action.ts";
import type { Target } from "../authorization/find-manageable-user.ts";
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
type Deletion = TimedAction &
  Pick<Erasure, "lockoutKeys" | "events"> & {
    readonly target: Pick<Account, "id" | "role" | "status" | "email" | "phone">;
  };

export type UserStore = ReturnType<typeof userStore>;

/** User administration. Each action is one batch, applied only while actor and target are unchanged. */
export function userStore(db: Database, caps: SendCaps) {
  const isTarget = (action: AdminAction) => eq(accounts.id, action.target.id);
  const queueNotice = (action: NotifiedAction) =>
    queueMessage(db, {
      message: action.notice,
      accountId: action.target.id,
      now: action.now,
      limits: NO_SEND_LIMITS,
      caps,
      source: accounts,
      where: and(isTarget(action), wasApplied(db, action)),
    });
  return {
    async find(id: string): Promise<Target | null> {
      const [row] = await db
        .select({
          id: accounts.id,
          ...accountColumns,
          passwordHash: accounts.passwordHash,
          privateMetadata: accounts.privateMetadata,
        })
        .from(accounts)
        .where(eq(accounts.id, id));
      if (!row) return null;
      const { passwordHash, privateMetadata, ...account } = row;
      return { account, hasPassword: passwordHash !== null, privateMetadata };
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
        .select({ id: accounts.id, name: accounts.name, email: accounts.email })
        .from(accounts)
        .where(and(inArray(accounts.id, [...ids]), roles ? inArray(accounts.role, [...roles]) : undefined));
    },

    async deactivate(action: NotifiedAction): Promise<"done" | "last_superuser" | "changed_meanwhile"> {
      const { applied, unchanged } = await runBatch(db, {
        applied: applyIf(db, action, anotherSuperuserExists(db, action.target.id)),
        unchanged: targetUnchanged(db, action),
        closure: closeAccount(db, action.target.id, action.now, wasApplied(db, action)),
        notice: queueNotice(action),
      });
      return outcomeOf(applied, unchanged);
    },

    async activate(action: NotifiedAction): Promise<"done" | "changed_meanwhile"> {
      const { applied } = await runBatch(db, {
        applied: applyIf(db, action),
        account: db
          .update(accounts)
          .set({ status: "active", updatedAt: action.now })
          .where(and(isTarget(action), wasApplied(db, action))),
        notice: queueNotice(action),
      });
      return doneIf(applied);
    },

    async unlock(action: AuditedAction & { readonly lockoutKeys: readonly string[] }) {
      const { applied } = await runBatch(db, {
        applied: applyIf(db, action),
        attempts: clearAttempts(db, action.lockoutKeys, wasApplied(db, action)),
      });
      return doneIf(applied);
    },

    async endSessions(action: TimedAction): Promise<"done" | "changed_meanwhile"> {
      const { applied } = await runBatch(db, {
        applied: applyIf(db, action),
        sessions: endSessions(db, action.target.id, action.now, wasApplied(db, action)),
      });
      return doneIf(applied);
    },

    async setRole(
      action: NotifiedAction & { readonly role: Role },
    ): Promise<"done" | "last_superuser" | "changed_meanwhile"> {
      const { applied, unchanged } = await runBatch(db, {
        applied: applyIf(
          db,
          action,
          and(
            anotherSuperuserExists(db, action.target.id),
            action.role === "user" ? undefined : addressIsVerified(),
          ),
        ),
        unchanged: targetUnchanged(db, action),
        account: db
          .update(accounts)
          .set({ role: action.role, updatedAt: action.now })
          .where(and(isTarget(action), wasApplied(db, action))),
        sessions: endSessions(db, action.target.id, action.now, wasApplied(db, action)),
        // It was requested for a user of the earlier role, whom other roles may act on (decision 042).
        removal: voidFactorRemoval(db, action.target.id, wasApplied(db, action)),
        notice: queueNotice(action),
      });
      return outcomeOf(applied, unchanged);
    },

    /** Erases an account that is deactivated, or whose deletion its user has requested. */
    async delete(action: Deletion): Promise<"done" | "changed_meanwhile"> {
      const { target: account, lockoutKeys, events, now } = action;
      const { applied } = await runBatch(db, {
        applied: applyIf(
          db,
          action,
          or(eq(accounts.status, "deactivated"), isNotNull(accounts.deletionDueAt)),
        ),
        erasure: eraseAccount(db, { account, lockoutKeys, events, now }, wasApplied(db, action)),
      });
      return doneIf(applied);
    },

    async cancelDeletion(action: NotifiedAction): Promise<"done" | "changed_meanwhile"> {
      const { applied } = await runBatch(db, {
        applied: applyIf(db, action, isPending(action.now)),
        account: db
          .update(accounts)
          .set({ deletionDueAt: null, updatedAt: action.now })
          .where(and(isTarget(action), wasApplied(db, action))),
        notice: queueNotice(action),
      });
      return doneIf(applied);
    },
  };
}

const doneIf = (applied: readonly unknown[]) => (applied.length > 0 ? "done" : "changed_meanwhile");

/** If actor and target are unchanged and the action was not applied, the target is the last superuser. */
const outcomeOf = (applied: readonly unknown[], unchanged: readonly unknown[]) =>
  applied.length === 0 && unchanged.length > 0 ? "last_superuser" : doneIf(applied);
