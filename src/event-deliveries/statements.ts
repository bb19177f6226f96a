import { and, isNotNull, type SQL, sql } from "drizzle-orm";
import type { Database } from "../db/database.ts";
import { insertFrom, insertIf } from "../db/insert-select.ts";
import { eventDeliveries, identities } from "../db/schema.ts";
import { DELIVERY_LIFE_MS, type NewEventDelivery } from "./delivery.ts";

const queued = (now: number) => ({
  state: "queued" as const,
  attempts: 0,
  createdAt: now,
  dueAt: now,
  expiresAt: now + DELIVERY_LIFE_MS,
});

/** Queues events, if the condition holds. For the batch of the change that they are about. */
export const queueEvents = (db: Database, deliveries: readonly NewEventDelivery[], now: number, where: SQL) =>
  deliveries.map((delivery) =>
    insertIf(db, eventDeliveries, { ...delivery, kind: "event", ...queued(now) }, where),
  );

/**
 * Queues the revocation of the tokens that providers have given for identities (RFC 7009). Before the statement that
 * deletes the identities. An identity is deleted once, so its id is the id of the delivery.
 */
export const queueTokenRevocations = (db: Database, now: number, where: SQL | undefined) =>
  insertFrom(
    db,
    eventDeliveries,
    {
      id: sql`${identities.id}`,
      kind: "token_revocation",
      target: sql`${identities.provider}`,
      sealed: sql`${identities.sealedRefreshToken}`,
      ...queued(now),
    },
    identities,
    and(where, isNotNull(identities.sealedRefreshToken)),
  );
