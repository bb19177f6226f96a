import { LOCKOUT_MEMORY } from "../authentication/lockout/rules.ts";
import { type Clock, DAY, HOUR } from "../core/clock.ts";
import { sendBucket } from "../messaging/outbox/hourly-send-bucket.ts";
import type { ExpiredRowStore } from "./store.ts";

export type PurgeExpiredDeps = {
  readonly clock: Clock;
  readonly settings: { readonly auditRetentionDays: number };
  readonly expiredRows: Pick<ExpiredRowStore, "purge">;
};

/** Hourly: deletes expired rows. Dead-lettered messages stay for 30 days, so that an admin can see them. */
export async function purgeExpired(deps: PurgeExpiredDeps): Promise<void> {
  const now = deps.clock.now();
  await deps.expiredRows.purge({
    expiredBefore: now,
    queuedRequestsBefore: now - DAY,
    emailCodesBefore: now - HOUR,
    deviceRequestsBefore: now - HOUR,
    sentMessagesBefore: now - DAY,
    deadMessagesBefore: now - 30 * DAY,
    devMailboxBefore: now - 7 * DAY,
    // The owner of an expired key can still see why it does not work.
    apiKeysExpiredBefore: now - 30 * DAY,
    // LOCKOUT_MEMORY exceeds the longest lockout, so a deleted counter never ends one.
    attemptCountersIdleSince: now - LOCKOUT_MEMORY,
    auditEventsBefore: now - deps.settings.auditRetentionDays * DAY,
    unusedClientsBefore: now - 7 * DAY,
    sendBucketsBefore: { email: sendBucket("email", now), sms: sendBucket("sms", now) },
  });
}
