import { and, eq, gt, or, type SQL, sql } from "drizzle-orm";
import type { SQLiteTable } from "drizzle-orm/sqlite-core";
import { HOUR, MINUTE } from "../../core/clock.ts";
import type { Database } from "../../db/database.ts";
import { insertFrom } from "../../db/insert-select.ts";
import { outbox, sendCounters } from "../../db/schema.ts";
import { sendBucket } from "./hourly-send-bucket.ts";
import type { Channel, NewMessage } from "./message.ts";

/** At most `max` messages of one kind to one account, and to one explicit recipient, within `within` milliseconds. */
type SendLimit = {
  readonly within: number;
  readonly max: number;
  /** The limit prevents noise, not abuse. It applies even if caps are off. */
  readonly isCourtesy?: true;
};

/** For mail that anyone can request (security 16). */
export const REQUESTED_MESSAGE_LIMITS: readonly SendLimit[] = [
  { within: MINUTE, max: 1 },
  { within: HOUR, max: 5 },
];

/** For a code that is sent after a correct password. The limit of one a minute applies to resending it. */
export const AFTER_PASSWORD_LIMITS: readonly SendLimit[] = [{ within: HOUR, max: 5 }];

/** For notices that would be noise if they came more often. */
export const HOURLY_LIMIT: readonly SendLimit[] = [{ within: HOUR, max: 1, isCourtesy: true }];

/** For notices of a change or a sign-in, which must not be withheld. Only an authenticated user causes them. */
export const NO_SEND_LIMITS: readonly SendLimit[] = [];

/** Messages per hour to all recipients together. Null means that caps are off (only in development). */
export type SendCaps = Readonly<Record<Channel, number>> | null;

type QueueInput = {
  readonly message: NewMessage;
  readonly accountId: string | SQL;
  readonly now: number;
  readonly limits: readonly SendLimit[];
  readonly caps: SendCaps;
  /** The table and condition of the row that must exist for the message to be queued. */
  readonly source: SQLiteTable;
  readonly where: SQL | undefined;
};

/**
 * The two statements that insert a message into the outbox, if its source row exists and no limit is
 * reached, and count it. The count is exact, since both are in one batch. Later statements of the batch use
 * `isInOutbox(message)` as their condition.
 */
export function queueMessage(db: Database, input: QueueInput) {
  const { message, accountId, now, caps, source, where } = input;
  const bucket = sendBucket(message.channel, now);
  const limits = input.limits.filter((limit) => caps || limit.isCourtesy);
  const sends = sql`coalesce((SELECT ${sendCounters.sends} FROM ${sendCounters} WHERE ${sendCounters.bucket} = ${bucket}), 0)`;
  const isCapped = isSubjectToCap(input.limits);
  const hourlyCap = caps && isCapped ? sql`${sends} < ${caps[message.channel]}` : undefined;
  return [
    insertFrom(
      db,
      outbox,
      outboxRow(message, accountId, now),
      source,
      and(where, ...limits.map((limit) => isBelow(db, input, limit)), hourlyCap),
    ),
    // Messages that the cap does not limit do not count towards it.
    insertFrom(
      db,
      sendCounters,
      { bucket, sends: 1 },
      outbox,
      and(isRowOf(message), isCapped ? undefined : sql`FALSE`),
    ).onConflictDoUpdate({
      target: sendCounters.bucket,
      set: { sends: sql`${sendCounters.sends} + 1` },
    }),
  ] as const;
}

/** The hourly cap limits mail that unauthenticated callers can cause. It must not withhold other messages. */
const isSubjectToCap = (limits: readonly SendLimit[]): boolean =>
  limits === REQUESTED_MESSAGE_LIMITS || limits === HOURLY_LIMIT;

const isRowOf = (message: NewMessage) => eq(outbox.id, message.id);

/** Whether the message was inserted: a condition for the later statements of the batch. */
export const isInOutbox = (db: Database, message: NewMessage): SQL =>
  sql`EXISTS ${db.select({ one: sql`1` }).from(outbox).where(isRowOf(message))}`;

function isBelow(
  db: Database,
  { message, accountId, now }: QueueInput,
  { within, max }: SendLimit,
): SQL | undefined {
  const recentTo = (recipient: SQL) => {
    const recent = db
      .select({ count: sql`count(*)` })
      .from(outbox)
      .where(and(recipient, eq(outbox.kind, message.kind), gt(outbox.createdAt, now - within)));
    return sql`${recent} < ${max}`;
  };
  return and(
    recentTo(sql`${outbox.accountId} = ${accountId}`),
    // Several accounts can request messages to the same recipient.
    message.target === null ? undefined : recentTo(sql`${outbox.target} = ${message.target}`),
  );
}

export const outboxRow = <A>(message: NewMessage, accountId: A, now: number) => ({
  id: message.id,
  accountId,
  kind: message.kind,
  channel: message.channel,
  target: message.target,
  sealed: message.sealed,
  state: "queued" as const,
  attempts: 0,
  createdAt: now,
  dueAt: now,
  expiresAt: message.expiresAt,
  lastFailure: null,
});

/** The instant of the latest message of this kind to the account, or to the explicit recipient, in the last minute. */
export const latestSend = (db: Database, accountId: string, message: NewMessage, now: number) =>
  db
    .select({ at: sql<number | null>`max(${outbox.createdAt})` })
    .from(outbox)
    .where(
      and(
        eq(outbox.kind, message.kind),
        gt(outbox.createdAt, now - MINUTE),
        or(
          eq(outbox.accountId, accountId),
          message.target === null ? undefined : sql`${outbox.target} = ${message.target}`,
        ),
      ),
    );

/** The instant at which a request that reached a limit can succeed: after the minute, or else after the hour. */
export const retryAt = (latest: readonly { at: number | null }[], now: number): number =>
  latest[0]?.at ? latest[0].at + MINUTE : now + HOUR;
