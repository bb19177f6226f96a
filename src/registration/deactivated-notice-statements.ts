import { and, eq, sql } from "drizzle-orm";
import type { Database } from "../db/database.ts";
import { accounts } from "../db/schema.ts";
import type { NewMessage } from "../messaging/outbox/message.ts";
import { HOURLY_LIMIT, queueMessage, type SendCaps } from "../messaging/outbox/statements.ts";
import { requestIsQueued } from "../queued-requests/statements.ts";

type DeactivatedNotice = {
  readonly notice: NewMessage;
  /** The address of the request. */
  readonly emailKey: string;
  /** The queued request, which another statement of the batch deletes later. */
  readonly requestId: string;
  readonly now: number;
};

/**
 * Mails the owner of a deactivated account why a request by its address has no effect, at most once an hour. The response
 * has announced a mail, and only the owner of the mailbox may learn that there is an account.
 */
export const queueDeactivatedNotice = (
  db: Database,
  { notice, emailKey, requestId, now }: DeactivatedNotice,
  caps: SendCaps,
) =>
  queueMessage(db, {
    message: notice,
    accountId: sql`${accounts.id}`,
    now,
    limits: HOURLY_LIMIT,
    caps,
    source: accounts,
    where: and(
      eq(accounts.emailKey, emailKey),
      eq(accounts.status, "deactivated"),
      requestIsQueued(db, requestId),
    ),
  });
