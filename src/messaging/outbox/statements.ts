import { and, eq, gt, or, type SQL, sql } from "drizzle-orm";
import type { SQLiteTable } from "drizzle-orm/sqlite-core";
import { HOUR, MINUTE } from "../../core/clock.ts";
import type { Database } from "../../db/database.ts";
import { insertFrom } from "../../db/insert-from.ts";
import { outbox, sendCounters } from "../../db/schema.ts";
import type { Channel, NewMessage } from "./message.ts";
import { sendBucket } from "./send-bucket.ts";

/** At most `max` messages of one kind to one account, and to one named recipient, within so many milliseconds. */
type SendLimit = {
  readonly within: number;
  readonly max: number;
  /** Spares people noise rather than holding off an attack: it stands where caps are off. */
  readonly isCourtesy?: true;
};

/** Mail that anybody can set off by asking (security 16). */
export const ASKED_FOR: readonly SendLimit[] = [
  { within: MINUTE, max: 1 },
  { within: HOUR, max: 5 },
];

/** A code that only a right password sets off: the minute is for asking again. */
export const AFTER_PASSWORD: readonly SendLimit[] = [{ within: HOUR, max: 5 }];

/** News that would be noise if it came more often. */
export const HOURLY: readonly SendLimit[] = [{ within: HOUR, max: 1, isCourtesy: true }];

/** News that must not be held back: of a change, or of a sign-in. Only a proven person sets it off. */
export const ALWAYS: readonly SendLimit[] = [];

/** Messages an hour, whoever they are to; null when caps are off (development alone). */
export type SendCaps = Readonly<Record<Channel, number>> | null;

type Queueing = {
  readonly draft: NewMessage;
  readonly accountId: string | SQL;
  readonly now: number;
  readonly limits: readonly SendLimit[];
  readonly caps: SendCaps;
  /** The row that the message hangs on. */
  readonly source: SQLiteTable;
  readonly where: SQL | undefined;
};

/**
 * The statements that put a message into the outbox, if its row is there and no cap is reached, and
 * count it. Two of a batch, so the count is exact: whether it was queued is `queued(draft)`.
 */
export function queueMessage(db: Database, queueing: Queueing) {
  const { draft, accountId, now, caps, source, where } = queueing;
  const bucket = sendBucket(draft.channel, now);
  const limits = queueing.limits.filter((limit) => caps || limit.isCourtesy);
  const sends = sql`coalesce((SELECT ${sendCounters.sends} FROM ${sendCounters} WHERE ${sendCounters.bucket} = ${bucket}), 0)`;
  const isCapped = isOpenToAnybody(queueing.limits);
  const hourlyCap = caps && isCapped ? sql`${sends} < ${caps[draft.channel]}` : undefined;
  return [
    insertFrom(
      db,
      outbox,
      outboxRow(draft, accountId, now),
      source,
      and(where, ...limits.map((limit) => below(db, queueing, limit)), hourlyCap),
    ),
    // What the cap does not judge does not use it up.
    insertFrom(
      db,
      sendCounters,
      { bucket, sends: 1 },
      outbox,
      and(isQueued(draft), isCapped ? undefined : sql`FALSE`),
    ).onConflictDoUpdate({
      target: sendCounters.bucket,
      set: { sends: sql`${sendCounters.sends} + 1` },
    }),
  ] as const;
}

/** What strangers can set off is what the cap is for: it must not silence what they cannot. */
const isOpenToAnybody = (limits: readonly SendLimit[]): boolean => limits === ASKED_FOR || limits === HOURLY;

const isQueued = (draft: NewMessage) => eq(outbox.id, draft.id);

/** Whether the message is in the outbox, for the statements after it. */
export const queued = (db: Database, draft: NewMessage): SQL =>
  sql`EXISTS ${db.select({ one: sql`1` }).from(outbox).where(isQueued(draft))}`;

function below(
  db: Database,
  { draft, accountId, now }: Queueing,
  { within, max }: SendLimit,
): SQL | undefined {
  const recentTo = (recipient: SQL) => {
    const recent = db
      .select({ count: sql`count(*)` })
      .from(outbox)
      .where(and(recipient, eq(outbox.kind, draft.kind), gt(outbox.createdAt, now - within)));
    return sql`${recent} < ${max}`;
  };
  return and(
    recentTo(sql`${outbox.accountId} = ${accountId}`),
    // Many accounts may ask for mail or texts to one recipient.
    draft.target === null ? undefined : recentTo(sql`${outbox.target} = ${draft.target}`),
  );
}

export const outboxRow = <A>(draft: NewMessage, accountId: A, now: number) => ({
  id: draft.id,
  accountId,
  kind: draft.kind,
  channel: draft.channel,
  target: draft.target,
  sealed: draft.sealed,
  state: "queued" as const,
  attempts: 0,
  createdAt: now,
  dueAt: now,
  expiresAt: draft.expiresAt,
  lastFailure: null,
});

/** When a message of that kind last went to the account, or to the recipient that the draft names, within the minute. */
export const latestSend = (db: Database, accountId: string, draft: NewMessage, now: number) =>
  db
    .select({ at: sql<number | null>`max(${outbox.createdAt})` })
    .from(outbox)
    .where(
      and(
        eq(outbox.kind, draft.kind),
        gt(outbox.createdAt, now - MINUTE),
        or(
          eq(outbox.accountId, accountId),
          draft.target === null ? undefined : sql`${outbox.target} = ${draft.target}`,
        ),
      ),
    );

/** The instant at which asking again makes sense, for whoever met a cap: of the minute, or else of the hour. */
export const retryAt = (latest: readonly { at: number | null }[], now: number): number =>
  latest[0]?.at ? latest[0].at + MINUTE : now + HOUR;
