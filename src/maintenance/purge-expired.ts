import { type Clock, DAY } from "../kernel/clock.ts";

type PurgeLimits = {
  linksExpiredBefore: number;
  sessionsExpiredBefore: number;
  mailSentBefore: number;
  mailDeadBefore: number;
  mailboxBefore: number;
};

export type PurgeExpiredDeps = {
  readonly clock: Clock;
  readonly expired: { purge(limits: PurgeLimits): Promise<void> };
};

/** Hourly: removes what can do nothing any more. Dead mail stays a month, for an admin to see. */
export async function purgeExpired(deps: PurgeExpiredDeps): Promise<void> {
  const now = deps.clock.now();
  await deps.expired.purge({
    linksExpiredBefore: now,
    sessionsExpiredBefore: now,
    mailSentBefore: now - DAY,
    mailDeadBefore: now - 30 * DAY,
    mailboxBefore: now - 7 * DAY,
  });
}
