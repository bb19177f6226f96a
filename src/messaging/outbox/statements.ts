import { and, eq, gt, or, type SQL, sql } from "drizzle-orm";
import type { SQLiteTable } from "drizzle-orm/sqlite-core";
import { HOUR, MINUTE } from "../../core/clock.ts";
import type { Database } from "../../db/database.ts";
import { insertFrom } from "../../db/insert-select.ts";
import { outbox, sendCounters } from "../../db/schema.ts";
import { capOf, type SendCaps, sendBucket } from "./hourly-send-bucket.ts";
import type { Channel, NewMessage } from "./message.ts";

export type { SendCaps };

/** At most `max` messages of one kind to one account, and to one explicit recipient, within `within` milliseconds. */
type SendLimit = {
  readonly within: number;
  readonly max: number;
  /** The limit prevents noise, not abuse. It applies even if caps are off. */
  readonly isCourtesy?: true;
};

/** How many messages of a kind may be sent, and by whose budget. */
type SendLimits = {
  readonly windows: readonly SendLimit[];
  /**
   * The hourly cap over all recipients. `shared`: the part of it that anyone can use up. `reserved`: all of it. Absent:
   * none, because unauthenticated callers cannot cause the message and must not be able to withhold it.
   */
  readonly cap?: "shared" | "reserved";
  /** Messages count only towards the limits of their own budget. Default: `requested`. */
  readonly budget?: Budget;
};

type Budget = (typeof outbox.$inferSelect)["budget"];

const ONCE_A_MINUTE: SendLimit = { within: MINUTE, max: 1 };
const FIVE_AN_HOUR: SendLimit = { within: HOUR, max: 5 };

/** For mail that anyone can request (security 16). */
export const REQUESTED_MESSAGE_LIMITS: SendLimits = {
  windows: [ONCE_A_MINUTE, FIVE_AN_HOUR],
  cap: "shared",
};

/**
 * For reset links that anyone can request. A link is valid for half an hour. At most three in half an hour and five in an
 * hour leave at least two for each half hour, so a request that is held back always finds a valid link in the
 * mailbox (security 61).
 */
export const REQUESTED_RESET_LIMITS: SendLimits = {
  windows: [ONCE_A_MINUTE, { within: 30 * MINUTE, max: 3 }, FIVE_AN_HOUR],
  cap: "reserved",
};

/** For links that an admin sends. Requests by anyone use up neither these limits nor a cap. */
export const ADMIN_MESSAGE_LIMITS: SendLimits = { windows: [ONCE_A_MINUTE, FIVE_AN_HOUR], budget: "admin" };

/** For a code that is sent after a correct password. The limit of one a minute applies to resending it. */
export const AFTER_PASSWORD_LIMITS: SendLimits = { windows: [FIVE_AN_HOUR] };

/** The same for a code by SMS, which costs money: all texts together stay below the cap. */
export const TEXT_AFTER_PASSWORD_LIMITS: SendLimits = { ...AFTER_PASSWORD_LIMITS, cap: "reserved" };

/** For notices that would be noise if they came more often. */
export const HOURLY_LIMIT: SendLimits = {
  windows: [{ within: HOUR, max: 1, isCourtesy: true }],
  cap: "shared",
};

/** For notices of a change or a sign-in, which must not be withheld. Only an authenticated user causes them. */
export const NO_SEND_LIMITS: SendLimits = { windows: [] };

type QueueInput = {
  readonly message: NewMessage;
  readonly accountId: string | SQL;
  readonly now: number;
  readonly limits: SendLimits;
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
  const { windows, cap } = input.limits;
  const applied = windows.filter((limit) => caps || limit.isCourtesy);
  const hourlyCap = cap && isBelowCap(message.channel, now, { caps, cap });
  return [
    insertFrom(
      db,
      outbox,
      outboxRow(message, accountId, now, input.limits.budget),
      source,
      and(where, ...applied.map((limit) => isBelow(db, input, limit)), hourlyCap),
    ),
    // Messages that the cap does not limit do not count towards it.
    countSend(db, bucket, outbox, and(isRowOf(message), cap ? undefined : sql`FALSE`)),
  ] as const;
}

type AppliedCap = { readonly caps: SendCaps; readonly cap: "shared" | "reserved" };

/** Whether the hourly cap allows another message: a condition for the statement that causes it. */
export function isBelowCap(channel: Channel, now: number, { caps, cap }: AppliedCap): SQL | undefined {
  if (!caps) return undefined;
  const bucket = sendBucket(channel, now);
  const sends = sql`coalesce((SELECT ${sendCounters.sends} FROM ${sendCounters} WHERE ${sendCounters.bucket} = ${bucket}), 0)`;
  return sql`${sends} < ${capOf(channel, caps, cap)}`;
}

/** Counts a message towards the hourly cap, if a row of `source` matches `where`. */
export const countSend = (db: Database, bucket: string, source: SQLiteTable, where: SQL | undefined) =>
  insertFrom(db, sendCounters, { bucket, sends: 1 }, source, where).onConflictDoUpdate({
    target: sendCounters.bucket,
    set: { sends: sql`${sendCounters.sends} + 1` },
  });

const isRowOf = (message: NewMessage) => eq(outbox.id, message.id);

/** Whether the message was inserted: a condition for the later statements of the batch. */
export const isInOutbox = (db: Database, message: NewMessage): SQL =>
  sql`EXISTS ${db.select({ one: sql`1` }).from(outbox).where(isRowOf(message))}`;

function isBelow(
  db: Database,
  { message, accountId, now, limits }: QueueInput,
  { within, max }: SendLimit,
): SQL | undefined {
  const recentTo = (recipient: SQL) => {
    const recent = db
      .select({ count: sql`count(*)` })
      .from(outbox)
      .where(
        and(
          recipient,
          eq(outbox.kind, message.kind),
          eq(outbox.budget, limits.budget ?? "requested"),
          gt(outbox.createdAt, now - within),
        ),
      );
    return sql`${recent} < ${max}`;
  };
  return and(
    recentTo(sql`${outbox.accountId} = ${accountId}`),
    // Several accounts can request messages to the same recipient.
    message.target === null ? undefined : recentTo(sql`${outbox.target} = ${message.target}`),
  );
}

export const outboxRow = <A>(
  message: NewMessage,
  accountId: A,
  now: number,
  budget: Budget = "requested",
) => ({
  id: message.id,
  accountId,
  kind: message.kind,
  channel: message.channel,
  target: message.target,
  budget,
  sealed: message.sealed,
  state: "queued" as const,
  attempts: 0,
  createdAt: now,
  dueAt: now,
  expiresAt: message.expiresAt,
  lastFailure: null,
});

/** The instant of the latest message of this kind to the account, or to the explicit recipient, in the last minute. */
export const latestSend = (
  db: Database,
  accountId: string,
  message: NewMessage,
  now: number,
  budget: Budget = "requested",
) =>
  db
    .select({ at: sql<number | null>`max(${outbox.createdAt})` })
    .from(outbox)
    .where(
      and(
        eq(outbox.kind, message.kind),
        eq(outbox.budget, budget),
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
