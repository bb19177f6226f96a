import { and, eq, gte, lt, lte } from "drizzle-orm";
import type { Database } from "../db/database.ts";
import {
  attemptCounters,
  auditEvents,
  authorizationCodes,
  captchaProofs,
  emailTokens,
  mailboxMessages,
  oauthTransactions,
  oneTimeCodes,
  outbox,
  pendingRevocations,
  sendCounters,
  sessions,
} from "../db/schema.ts";
import type { Channel } from "../messaging/outbox/message.ts";

/** Instants (ms): rows older than these have served their time. */
type PurgeLimits = {
  /** For what has an end of its own: links, codes, proofs, sessions. */
  readonly expiredBefore: number;
  readonly mailSentBefore: number;
  readonly mailDeadBefore: number;
  readonly mailboxBefore: number;
  readonly attemptsQuietSince: number;
  readonly auditBefore: number;
  /** The first bucket of each channel that is still counted. */
  readonly sendBucketsBefore: Readonly<Record<Channel, string>>;
};

export function expiredRowStore(db: Database) {
  return {
    async purge(limits: PurgeLimits): Promise<void> {
      await db.batch([
        db.delete(emailTokens).where(lte(emailTokens.expiresAt, limits.expiredBefore)),
        db.delete(sessions).where(lte(sessions.expiresAt, limits.expiredBefore)),
        db.delete(outbox).where(and(eq(outbox.state, "sent"), lt(outbox.createdAt, limits.mailSentBefore))),
        db.delete(outbox).where(and(eq(outbox.state, "dead"), lt(outbox.createdAt, limits.mailDeadBefore))),
        db.delete(oneTimeCodes).where(lte(oneTimeCodes.expiresAt, limits.expiredBefore)),
        db.delete(captchaProofs).where(lte(captchaProofs.expiresAt, limits.expiredBefore)),
        db.delete(oauthTransactions).where(lte(oauthTransactions.expiresAt, limits.expiredBefore)),
        db.delete(authorizationCodes).where(lte(authorizationCodes.expiresAt, limits.expiredBefore)),
        db.delete(pendingRevocations).where(lte(pendingRevocations.expiresAt, limits.expiredBefore)),
        db.delete(attemptCounters).where(lt(attemptCounters.updatedAt, limits.attemptsQuietSince)),
        ...Object.entries(limits.sendBucketsBefore).map(([channel, first]) =>
          db
            .delete(sendCounters)
            .where(and(gte(sendCounters.bucket, `${channel}/`), lt(sendCounters.bucket, first))),
        ),
        db.delete(auditEvents).where(lt(auditEvents.at, limits.auditBefore)),
        db.delete(mailboxMessages).where(lt(mailboxMessages.createdAt, limits.mailboxBefore)),
      ]);
    },
  };
}
