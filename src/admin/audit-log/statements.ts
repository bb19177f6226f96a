import { and, eq, isNotNull, isNull, or, type SQL, sql } from "drizzle-orm";
import { HOUR } from "../../core/clock.ts";
import { markAuditInsert } from "../../db/audit-observer.ts";
import type { Database } from "../../db/database.ts";
import { auditEvents } from "../../db/schema.ts";
import type { NewAuditEvent } from "./audit-event.ts";

/** `accountId`: a value, or the column of the row that the insert selects from. */
export const auditRow = <A>(event: NewAuditEvent, accountId: A) => ({
  ...event,
  accountId,
  windowStart: null,
});

/** Inserts an event without a condition. `insertFrom` inserts the others. Both mark the statement for the metrics. */
export const insertAuditEvent = (db: Database, event: NewAuditEvent, accountId: string | SQL) =>
  markAuditInsert(db.insert(auditEvents).values(auditRow(event, accountId)), event.type);

/** Whether exactly this event was inserted. */
export const isAudited = (db: Database, audit: NewAuditEvent): SQL =>
  sql`EXISTS ${db.select({ one: sql`1` }).from(auditEvents).where(eq(auditEvents.id, audit.id))}`;

/** The window (ms) in which equal events are one row with a count. */
const WINDOW = HOUR;

const windowStart = (at: number): number => at - (at % WINDOW);

/** The row of an event that is counted, for `insertFrom` or `values`. `onConflictDoUpdate(oneMore(event))` counts it. */
export const countedRow = <A>(event: NewAuditEvent, accountId: A) => ({
  ...event,
  accountId,
  windowStart: windowStart(event.at),
  details: { count: 1 },
});

const count = sql`json_extract(${auditEvents.details}, '$.count')`;
const setCount = (value: SQL) => sql`json_set(${auditEvents.details}, '$.count', ${value})`;

/** Counts an event in the row of its window. The row has the IP address of the last one. */
export const oneMore = ({ ip }: NewAuditEvent) => ({
  target: [auditEvents.accountId, auditEvents.type, auditEvents.windowStart],
  targetWhere: isNotNull(auditEvents.windowStart),
  set: { ip, details: setCount(sql`${count} + 1`) },
});

/** A counted event: what `withdrawEvent` finds its row by. */
export type CountedEvent = {
  readonly type: NewAuditEvent["type"];
  readonly accountId: string;
  readonly at: number;
};

/** Takes one event off its count: it has not happened, since the attempt was counted before it was evaluated. */
export function withdrawEvent(db: Database, { type, accountId, at }: CountedEvent, where?: SQL) {
  const isRow = and(
    eq(auditEvents.accountId, accountId),
    eq(auditEvents.type, type),
    eq(auditEvents.windowStart, windowStart(at)),
  );
  return [
    db
      .update(auditEvents)
      .set({ details: setCount(sql`${count} - 1`) })
      .where(and(isRow, where)),
    db.delete(auditEvents).where(and(isRow, sql`${count} < 1`, where)),
  ] as const;
}

/**
 * Erases the IP addresses of a deleted account from the audit log: of its own actions, also on other accounts, and of
 * events about it without a known actor. Other actors keep theirs. No event has a user agent.
 */
export const eraseIpAddresses = (db: Database, accountId: string, where: SQL) => [
  db
    .update(auditEvents)
    .set({ ip: null })
    .where(
      and(
        eq(auditEvents.accountId, accountId),
        or(isNull(auditEvents.actorId), eq(auditEvents.actorId, accountId)),
        where,
      ),
    ),
  db
    .update(auditEvents)
    .set({ ip: null })
    .where(and(eq(auditEvents.actorId, accountId), sql`actor_id <> account_id`, where)),
];
