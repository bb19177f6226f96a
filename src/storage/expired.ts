import { and, eq, lt, lte } from "drizzle-orm";
import type { Database } from "./database.ts";
import { mailboxMessages, oneTimeLinks, outbox, sessions } from "./schema.ts";

/** Instants: rows older than these have served their time. */
export type PurgeLimits = {
  readonly linksExpiredBefore: number;
  readonly sessionsExpiredBefore: number;
  readonly mailSentBefore: number;
  readonly mailDeadBefore: number;
  readonly mailboxBefore: number;
};

export function expiredStorage(db: Database) {
  return {
    async purge(limits: PurgeLimits): Promise<void> {
      await db.batch([
        db.delete(oneTimeLinks).where(lte(oneTimeLinks.expiresAt, limits.linksExpiredBefore)),
        db.delete(sessions).where(lte(sessions.expiresAt, limits.sessionsExpiredBefore)),
        db.delete(outbox).where(and(eq(outbox.state, "sent"), lt(outbox.createdAt, limits.mailSentBefore))),
        db.delete(outbox).where(and(eq(outbox.state, "dead"), lt(outbox.createdAt, limits.mailDeadBefore))),
        db.delete(mailboxMessages).where(lt(mailboxMessages.createdAt, limits.mailboxBefore)),
      ]);
    },
  };
}
