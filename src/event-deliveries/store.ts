import { and, asc, eq, lte, sql } from "drizzle-orm";
import type { Database } from "../db/database.ts";
import { eventDeliveries as t } from "../db/schema.ts";
import type { TakenDelivery } from "./delivery.ts";

/** One taking of a delivery. */
type Taking = Pick<TakenDelivery, "id" | "attempts">;

/** Whether no other caller took the delivery after this one, whose lease may have ended. */
const isHeldBy = ({ id, attempts }: Taking) => and(eq(t.id, id), eq(t.attempts, attempts));

export type EventDeliveryStore = ReturnType<typeof eventDeliveryStore>;

export const eventDeliveryStore = (db: Database) => ({
  /** The ids of due deliveries, earliest due time first. */
  async listDue(now: number, limit: number): Promise<string[]> {
    const rows = await db
      .select({ id: t.id })
      .from(t)
      .where(and(eq(t.state, "queued"), lte(t.dueAt, now)))
      .orderBy(asc(t.dueAt))
      .limit(limit);
    return rows.map(({ id }) => id);
  },

  /** Takes a due delivery by moving its due time to the end of the lease. One of several callers gets it. */
  async take(id: string, now: number, leaseUntil: number): Promise<TakenDelivery | null> {
    const [taken] = await db
      .update(t)
      .set({ dueAt: leaseUntil, attempts: sql`${t.attempts} + 1` })
      .where(and(eq(t.id, id), eq(t.state, "queued"), lte(t.dueAt, now)))
      .returning({
        id: t.id,
        kind: t.kind,
        target: t.target,
        sealed: t.sealed,
        attempts: t.attempts,
        expiresAt: t.expiresAt,
      });
    return taken ?? null;
  },

  /** Deletes what was delivered, even if its lease has ended, so that it is not delivered again. */
  async remove(id: string): Promise<void> {
    await db.delete(t).where(eq(t.id, id));
  },

  async postpone(taking: Taking, dueAt: number): Promise<void> {
    await db.update(t).set({ dueAt }).where(isHeldBy(taking));
  },

  /** Dead-letters a delivery: its content is deleted. */
  async markDead(taking: Taking): Promise<void> {
    await db.update(t).set({ state: "dead", sealed: "" }).where(isHeldBy(taking));
  },
});
