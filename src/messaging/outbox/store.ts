import { and, asc, eq, inArray, lte, sql } from "drizzle-orm";
import type { Locale } from "../../core/locale.ts";
import type { Database } from "../../db/database.ts";
import { emailVerifiedAt } from "../../db/predicates.ts";
import { runBatch } from "../../db/run-batch.ts";
import { accounts, outbox, sendCounters } from "../../db/schema.ts";
import type { Channel } from "./message.ts";

/** A message that only this caller may send until its lease ends. */
export type TakenMessage = {
  readonly id: string;
  readonly channel: Channel;
  readonly sealed: string;
  /** Attempts so far, this one included. */
  readonly attempts: number;
  readonly expiresAt: number;
  /** The account now. */
  readonly account: {
    readonly email: string;
    /** Null: the address is not verified. */
    readonly emailVerifiedAt: number | null;
    readonly name: string;
    readonly locale: Locale | null;
  };
};

/** One taking of a message: its id and the number of the attempt. */
type Taking = Pick<TakenMessage, "id" | "attempts">;

/**
 * Whether no other caller took the message after this one. A caller whose lease has ended must not shorten the lease of the
 * next one, which may be sending.
 */
const isHeldBy = ({ id, attempts }: Taking) =>
  and(eq(outbox.id, id), eq(outbox.state, "queued"), eq(outbox.attempts, attempts));

export type OutboxStore = ReturnType<typeof outboxStore>;

export function outboxStore(db: Database) {
  return {
    /** The numbers of messages that count towards the hourly cap, in these hours. */
    async readSends(buckets: readonly string[]): Promise<number[]> {
      const rows = await db
        .select({ sends: sendCounters.sends })
        .from(sendCounters)
        .where(inArray(sendCounters.bucket, [...buckets]));
      return rows.map(({ sends }) => sends);
    },

    /** The ids of due messages, earliest due time first. */
    async listDue(now: number, limit: number): Promise<string[]> {
      const rows = await db
        .select({ id: outbox.id })
        .from(outbox)
        .where(and(eq(outbox.state, "queued"), lte(outbox.dueAt, now)))
        .orderBy(asc(outbox.dueAt))
        .limit(limit);
      return rows.map((row) => row.id);
    },

    /** Takes a due message by moving its due time to the end of the lease. One of several callers gets it. */
    async take(id: string, now: number, leaseUntil: number): Promise<TakenMessage | null> {
      const owner = db.select({ accountId: outbox.accountId }).from(outbox).where(eq(outbox.id, id));
      const { taken, owners } = await runBatch(db, {
        taken: db
          .update(outbox)
          .set({ dueAt: leaseUntil, attempts: sql`${outbox.attempts} + 1` })
          .where(and(eq(outbox.id, id), eq(outbox.state, "queued"), lte(outbox.dueAt, now)))
          .returning({
            id: outbox.id,
            channel: outbox.channel,
            sealed: outbox.sealed,
            attempts: outbox.attempts,
            expiresAt: outbox.expiresAt,
          }),
        owners: db
          .select({
            email: accounts.email,
            emailVerifiedAt: emailVerifiedAt(),
            name: accounts.name,
            locale: accounts.locale,
          })
          .from(accounts)
          .where(inArray(accounts.id, owner)),
      });
      // Deleting an account deletes its messages, so a message without an owner is gone.
      return taken[0] && owners[0] ? { ...taken[0], account: owners[0] } : null;
    },

    /**
     * Deletes the content. The row stays for a day, so that sends can be counted. A message that was sent is recorded even
     * if its lease has ended, so that it is not sent again.
     */
    async markSent({ id }: Taking): Promise<void> {
      await db.update(outbox).set({ state: "sent", sealed: "", lastFailure: null }).where(eq(outbox.id, id));
    },

    async postpone(taking: Taking, dueAt: number, reason: string): Promise<void> {
      await db.update(outbox).set({ dueAt, lastFailure: reason }).where(isHeldBy(taking));
    },

    /** Dead-letters a message: deletes the content with its link, and keeps the reason for admins. */
    async markDead(taking: Taking, reason: string): Promise<void> {
      await db.update(outbox).set({ state: "dead", sealed: "", lastFailure: reason }).where(isHeldBy(taking));
    },
  };
}
