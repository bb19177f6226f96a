import { eq, exists, type SQL, sql } from "drizzle-orm";
import type { Database } from "../db/database.ts";
import { queuedRequests } from "../db/schema.ts";

/**
 * Whether the request was not processed yet: a condition of every statement that processes it. The batch that
 * processes a request also deletes it, so of several attempts one has an effect.
 */
export const requestIsQueued = (db: Database, id: string): SQL =>
  exists(db.select({ one: sql`1` }).from(queuedRequests).where(eq(queuedRequests.id, id)));

/** The last statement of the batch that processes the request. */
export const deleteQueuedRequest = (db: Database, id: string) =>
  db.delete(queuedRequests).where(eq(queuedRequests.id, id));
