import { and, eq, inArray, or } from "drizzle-orm";
import type { Account, Role } from "../../accounts/account.ts";
import { discardAvatarOf } from "../../accounts/avatar/statements.ts";
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
import { ALWAYS, queueMessage, type SendCaps } from "../../messaging/outbox/statements.ts";
import { endSessions } from "../../sessions/statements.ts";
import type { NewAuditEvent } from "../audit-log/audit-event.ts";
import type { AdminAction } from "../authorization/admin-action.ts";
import { anotherSuperuserExists, applyIf, targetUnchanged, wasApplied } from "./statements.ts";

type Decision = AdminAction & { readonly audit: NewAuditEvent };
type Change = Decision & { readonly now: number };
type Notified = Change & { readonly notice: NewMessage };
type Deletion = Change & {
  readonly target: Pick<Account, "id" | "role" | "status" | "email" | "phone">;
  readonly lockoutKeys: readonly string[];
};

/** What admins do to people. Each is one batch that holds only while the act's facts do. */
export function userStore(db: Database, caps: SendCaps) {
  const is = (act: AdminAction) => eq(accounts.id, act.target.id);
  const noticeTo = (act: Notified) =>
    queueMessage(db, {
      draft: act.notice,
      accountId: act.target.id,
      now: act.now,
      limits: ALWAYS,
      caps,
      source: accounts,
      where: and(is(act), wasApplied(db, act)),
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

    /** At most a hundred ids, each a parameter of one statement. In no order. */
    async findMany(ids: readonly string[]): Promise<Account[]> {
      return db
        .select({ id: accounts.id, ...accountColumns })
        .from(accounts)
        .where(inArray(accounts.id, [...ids]));
    },

    async namesOf(ids: readonly string[], roles: readonly Role[] | null) {
      return db
        .select({ id: accounts.id, name: accounts.name })
        .from(accounts)
        .where(and(inArray(accounts.id, [...ids]), roles ? inArray(accounts.role, [...roles]) : undefined));
    },

    async deactivate(draft: Notified): Promise<"done" | "last_superuser" | "changed_meanwhile"> {
      const [decision, still] = await db.batch([
        applyIf(db, draft, anotherSuperuserExists(db, draft.target.id)),
        targetUnchanged(db, draft),
        ...closeAccount(db, draft.target.id, draft.now, wasApplied(db, draft)),
        ...noticeTo(draft),
      ]);
      return outcomeOf(decision, still);
    },

    async activate(draft: Notified): Promise<"done" | "changed_meanwhile"> {
      const [decision] = await db.batch([
        applyIf(db, draft),
        db
          .update(accounts)
          .set({ status: "active", updatedAt: draft.now })
          .where(and(is(draft), wasApplied(db, draft))),
        ...noticeTo(draft),
      ]);
      return doneIf(decision);
    },

    async unlock(draft: Decision & { readonly lockoutKeys: readonly string[] }) {
      const [decision] = await db.batch([
        applyIf(db, draft),
        clearAttempts(db, draft.lockoutKeys, wasApplied(db, draft)),
      ]);
      return doneIf(decision);
    },

    async endSessions(draft: Change): Promise<"done" | "changed_meanwhile"> {
      const [decision] = await db.batch([
        applyIf(db, draft),
        endSessions(db, draft.target.id, draft.now, wasApplied(db, draft)),
      ]);
      return doneIf(decision);
    },

    async setRole(
      draft: Notified & { readonly role: Role },
    ): Promise<"done" | "last_superuser" | "changed_meanwhile"> {
      const [decision, still] = await db.batch([
        applyIf(db, draft, anotherSuperuserExists(db, draft.target.id)),
        targetUnchanged(db, draft),
        db
          .update(accounts)
          .set({ role: draft.role, updatedAt: draft.now })
          .where(and(is(draft), wasApplied(db, draft))),
        endSessions(db, draft.target.id, draft.now, wasApplied(db, draft)),
        ...noticeTo(draft),
      ]);
      return outcomeOf(decision, still);
    },

    /** Deletes everything that is the account's own. The trail stays, under an id that names nobody. */
    async delete(draft: Deletion): Promise<"done" | "changed_meanwhile"> {
      const { id, email, phone } = draft.target;
      const gone = wasApplied(db, draft);
      const [decision] = await db.batch([
        applyIf(db, draft),
        discardAvatarOf(db, id, draft.now, gone),
        db.delete(sessions).where(and(eq(sessions.accountId, id), gone)),
        db.delete(emailTokens).where(and(eq(emailTokens.accountId, id), gone)),
        db.delete(oneTimeCodes).where(and(eq(oneTimeCodes.accountId, id), gone)),
        db.delete(authorizationCodes).where(and(eq(authorizationCodes.accountId, id), gone)),
        db.delete(identities).where(and(eq(identities.accountId, id), gone)),
        clearAttempts(db, draft.lockoutKeys, gone),
        // The development mailbox, which is empty in production: what went to the account, whatever its
        // address and number were then. A message there has the id of its row in the outbox.
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
              gone,
            ),
          ),
        db.delete(outbox).where(and(eq(outbox.accountId, id), gone)),
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
