import { deleteDiscardedAvatars } from "../accounts/avatar/delete-discarded-avatars.ts";
import { deleteDueAccounts } from "../accounts/deletion/delete-due-accounts.ts";
import { cleanSearchIndex } from "../admin/users/clean-search-index.ts";
import { performFactorRemovals } from "../authentication/factor-removal/perform-factor-removals.ts";
import type { Env } from "../composition/bindings.ts";
import type { Deps } from "../composition/compose.ts";
import type { Composition } from "../composition/composition.ts";
import { runInScope } from "../composition/request-scope.ts";
import type { Clock } from "../core/clock.ts";
import { newId } from "../core/ids.ts";
import { firstCause } from "../core/unavailable.ts";
import { newMeter } from "../db/metered-d1.ts";
import { deliverEvents } from "../event-deliveries/deliver-events.ts";
import { reportSendCaps } from "../messaging/outbox/report-send-caps.ts";
import { retryDeliveries } from "../messaging/outbox/retry-deliveries.ts";
import { deliverLogoutNotices } from "../oauth/backchannel-logout/deliver-logout-notices.ts";
import { processQueuedRequests } from "../queued-requests/process-queued-requests.ts";
import { deleteUnverifiedAccounts } from "../registration/delete-unverified-accounts.ts";
import { rotateSigningKeys } from "../sessions/signing-keys/rotate-signing-keys.ts";
import { purgeExpired } from "./purge-expired.ts";
import type { Cron } from "./schedule.ts";

type Job = (deps: Deps) => Promise<void>;

/** Other Workers read revocations from KV. Publishes those that KV has not accepted yet. */
const publishRevocations: Job = ({ clock, revocationList }) => revocationList.publishPending(clock.now());

/** The jobs of each cron expression of wrangler.toml. The log line names the jobs by these keys. */
export const SCHEDULE: Readonly<Record<Cron, Readonly<Record<string, Job>>>> = {
  "* * * * *": {
    processQueuedRequests,
    retryDeliveries,
    publishRevocations,
    deliverLogoutNotices,
    performFactorRemovals,
    deleteDueAccounts,
    deliverEvents,
    reportSendCaps,
  },
  "17 * * * *": {
    rotateSigningKeys,
    purgeExpired,
    deleteUnverifiedAccounts,
    deleteDiscardedAvatars,
    cleanSearchIndex,
  },
};

/** A run without an expression, as `wrangler dev` triggers by hand, runs every job. */
const jobsAt = (cron: string): [string, Job][] =>
  Object.entries(SCHEDULE)
    .filter(([expression]) => cron === "" || expression === cron)
    .flatMap(([, jobs]) => Object.entries(jobs));

type Options = { readonly composition: Composition; readonly clock: Clock };

/**
 * Runs the jobs of one cron expression and writes one log line. A failing job does not stop the others.
 * Throws for an unknown expression, and after the log line when a job failed.
 */
export async function runScheduled(cron: string, env: Env, { composition, clock }: Options): Promise<void> {
  const jobs = jobsAt(cron);
  if (jobs.length === 0) throw new Error(`no job is scheduled for the cron expression "${cron}"`);
  const startedAt = clock.now();
  const meter = newMeter();
  const defer = () => {
    throw new Error("deferred work is not available in cron runs");
  };
  const outcomes = await runInScope({ clock, meter, defer, startWork: defer }, async () => {
    const deps = await composition(env);
    return Promise.allSettled(jobs.map(([, job]) => job(deps)));
  });
  const failed = jobs.flatMap(([name], at) => {
    const outcome = outcomes[at];
    return outcome?.status === "rejected" ? [`${name}: ${firstCause(outcome.reason)}`] : [];
  });
  const { d1, kv, kvFailed } = meter;
  const line = {
    at: new Date(startedAt).toISOString(),
    runId: newId(),
    cron,
    jobs: jobs.map(([name]) => name),
    failed,
    ms: clock.now() - startedAt,
    d1,
    kv,
    ...(kvFailed > 0 ? { kvFailed } : {}),
  };
  console.log(JSON.stringify(line));
  // Cloudflare reports a cron run that throws as failed.
  if (failed.length > 0) throw new Error(`scheduled jobs failed: ${failed.join("; ")}`);
}
