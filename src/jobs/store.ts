import { and, eq, gte, inArray, isNull, lt, lte, or, sql } from "drizzle-orm";
import type { Database } from "../db/database.ts";
import { runBatch } from "../db/run-batch.ts";
import {
  apiKeys,
  attemptCounters,
  auditEvents,
  captchaProofs,
  clientCounters,
  emailSignInCodes,
  emailTokens,
  eventDeliveries,
  knownDevices,
  mailboxMessages,
  oauthAuthorizationCodes,
  oauthClientAssertions,
  oauthClientSecrets,
  oauthClients,
  oauthDeviceRequests,
  oauthGrants,
  oauthPushedRequests,
  oauthTransactions,
  oneTimeCodes,
  outbox,
  pendingRevocations,
  queuedRequests,
  sendCounters,
  sessions,
  usedIdTokens,
  webauthnChallenges,
} from "../db/schema.ts";
import type { Channel } from "../messaging/outbox/message.ts";

/** Instants in milliseconds. Rows older than these are deleted. */
type PurgeLimits = {
  /** For rows with an expiry of their own: email tokens, codes, captcha proofs, sessions, known devices. */
  readonly expiredBefore: number;
  /** A request that could not be performed for so long is given up. */
  readonly queuedRequestsBefore: number;
  /** The codes of sign-ins by email code are counted for an hour. */
  readonly emailCodesBefore: number;
  /** A device that still polls is told that its code has expired. */
  readonly deviceRequestsBefore: number;
  readonly sentMessagesBefore: number;
  readonly deadMessagesBefore: number;
  readonly devMailboxBefore: number;
  readonly apiKeysExpiredBefore: number;
  readonly attemptCountersIdleSince: number;
  readonly auditEventsBefore: number;
  /** OAuth clients that no administrator registered, and that never got a token. */
  readonly unusedClientsBefore: number;
  /** The first bucket of each channel that is still counted. */
  readonly sendBucketsBefore: Readonly<Record<Channel, string>>;
};

/** The tables whose rows are deleted at their own expiry. */
const EXPIRING = [
  emailTokens,
  sessions,
  oneTimeCodes,
  usedIdTokens,
  clientCounters,
  captchaProofs,
  oauthTransactions,
  oauthAuthorizationCodes,
  oauthPushedRequests,
  oauthClientAssertions,
  oauthClientSecrets,
  pendingRevocations,
  knownDevices,
  webauthnChallenges,
] as const;

export type ExpiredRowStore = ReturnType<typeof expiredRowStore>;

export function expiredRowStore(db: Database) {
  return {
    async purge(limits: PurgeLimits): Promise<void> {
      const isPast = (state: "sent" | "dead", before: number) =>
        and(eq(outbox.state, state), lt(outbox.createdAt, before));
      await runBatch(db, {
        expired: EXPIRING.map((table) => db.delete(table).where(lte(table.expiresAt, limits.expiredBefore))),
        sentMessages: db.delete(outbox).where(isPast("sent", limits.sentMessagesBefore)),
        deadMessages: db.delete(outbox).where(isPast("dead", limits.deadMessagesBefore)),
        deadEvents: db
          .delete(eventDeliveries)
          .where(
            and(eq(eventDeliveries.state, "dead"), lt(eventDeliveries.dueAt, limits.deadMessagesBefore)),
          ),
        queuedRequests: db
          .delete(queuedRequests)
          .where(lt(queuedRequests.createdAt, limits.queuedRequestsBefore)),
        emailSignInCodes: db
          .delete(emailSignInCodes)
          .where(lte(emailSignInCodes.expiresAt, limits.emailCodesBefore)),
        oauthDeviceRequests: db
          .delete(oauthDeviceRequests)
          .where(lte(oauthDeviceRequests.expiresAt, limits.deviceRequestsBefore)),
        apiKeys: db.delete(apiKeys).where(lte(apiKeys.expiresAt, limits.apiKeysExpiredBefore)),
        attemptCounters: db.delete(attemptCounters).where(
          and(
            lt(attemptCounters.updatedAt, limits.attemptCountersIdleSince),
            // The consecutive failures of an account are never forgotten (security 54).
            or(isNull(attemptCounters.accountId), eq(attemptCounters.consecutiveFailures, 0)),
          ),
        ),
        sendCounters: Object.entries(limits.sendBucketsBefore).map(([channel, firstBucket]) =>
          db
            .delete(sendCounters)
            .where(and(gte(sendCounters.bucket, `${channel}/`), lt(sendCounters.bucket, firstBucket))),
        ),
        unusedClients: db.delete(oauthClients).where(
          and(
            lt(oauthClients.createdAt, limits.unusedClientsBefore),
            // A literal, as in the partial index.
            sql`${oauthClients.lastUsedAt} IS NULL`,
            inArray(oauthClients.source, ["registration", "metadata"]),
            sql`NOT EXISTS ${db
              .select({ one: sql`1` })
              .from(oauthGrants)
              .where(eq(oauthGrants.clientId, oauthClients.id))}`,
          ),
        ),
        auditEvents: db.delete(auditEvents).where(lt(auditEvents.at, limits.auditEventsBefore)),
        mailboxMessages: db
          .delete(mailboxMessages)
          .where(lt(mailboxMessages.createdAt, limits.devMailboxBefore)),
      });
    },
  };
}
