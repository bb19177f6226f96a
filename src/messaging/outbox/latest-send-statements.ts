import { and, eq, gt, or, sql } from "drizzle-orm";
import { HOUR, MINUTE } from "../../core/clock.ts";
import type { NewMessage } from "./message.ts";
import type { Database } from "../../db/database.ts";
import { outbox } from "../../db/schema.ts";

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
