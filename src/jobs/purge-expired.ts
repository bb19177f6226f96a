import { LOCK_MEMORY } from "../authentication/lockout/rules.ts";
import { type Clock, DAY } from "../core/clock.ts";
import type { Channel } from "../messaging/outbox/message.ts";
import { sendBucket } from "../messaging/outbox/send-bucket.ts";

type PurgeLimits = {
  expiredBefore: number;
  mailSentBefore: number;
  mailDeadBefore: number;
  mailboxBefore: number;
  attemptsQuietSince: number;
  auditBefore: number;
  sendBucketsBefore: Readonly<Record<Channel, string>>;
};

export type PurgeExpiredDeps = {
  readonly clock: Clock;
  readonly settings: { readonly auditRetentionDays: number };
  readonly expired: { purge(limits: PurgeLimits): Promise<void> };
};

/** Hourly: removes what can do nothing any more. Dead mail stays a month, for an admin to see. */
export async function purgeExpired(deps: PurgeExpiredDeps): Promise<void> {
  const now = deps.clock.now();
  await deps.expired.purge({
    expiredBefore: now,
    mailSentBefore: now - DAY,
    mailDeadBefore: now - 30 * DAY,
    mailboxBefore: now - 7 * DAY,
    // The longest lock is shorter, so a counter that goes holds nobody back.
    attemptsQuietSince: now - LOCK_MEMORY,
    auditBefore: now - deps.settings.auditRetentionDays * DAY,
    sendBucketsBefore: { email: sendBucket("email", now), sms: sendBucket("sms", now) },
  });
}
