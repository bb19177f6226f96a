import { deleteDiscardedAvatars } from "../accounts/avatar/delete-discarded-avatars.ts";
import { cleanSearchIndex } from "../admin/users/clean-search-index.ts";
import { compose, type Deps, type Env } from "../composition/compose.ts";
import type { Clock } from "../core/clock.ts";
import { newId } from "../core/ids.ts";
import { firstCause } from "../core/unavailable.ts";
import { newMeter } from "../db/metered-d1.ts";
import { retryDeliveries } from "../messaging/outbox/retry-deliveries.ts";
import { publishRevocations } from "../sessions/revocation-list/publish-revocations.ts";
import { rotateSigningKeys } from "../sessions/signing-keys/rotate-signing-keys.ts";
import { purgeExpired } from "./purge-expired.ts";
import type { Cron } from "./schedule.ts";

type Job = (deps: Deps) => Promise<void>;

/** What each cron expression of wrangler.toml sets going. */
export const SCHEDULE: Readonly<Record<Cron, Readonly<Record<string, Job>>>> = {
  "* * * * *": { retryDeliveries, publishRevocations },
  "17 * * * *": { rotateSigningKeys, purgeExpired, deleteDiscardedAvatars, cleanSearchIndex },
};

/** A run that is set off by hand, as wrangler does on a laptop, names no expression: everything is due. */
const jobsAt = (cron: string): [string, Job][] =>
  Object.entries(SCHEDULE)
    .filter(([expression]) => cron === "" || expression === cron)
    .flatMap(([, jobs]) => Object.entries(jobs));

/** One run of the clockwork. A job that fails does not keep the others from their work. */
export async function runScheduled(cron: string, env: Env, clock: Clock): Promise<void> {
  const jobs = jobsAt(cron);
  if (jobs.length === 0) throw new Error(`no work is scheduled at "${cron}"`);
  const startedAt = clock.now();
  const meter = newMeter();
  const deps = await compose(new WeakMap(), {
    env,
    clock,
    meter,
    defer: () => {
      throw new Error("the clockwork answers nobody, and has nothing to put off");
    },
  });
  const outcomes = await Promise.allSettled(jobs.map(([, job]) => job(deps)));
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
  // The platform counts a run that throws as failed, and shows it.
  if (failed.length > 0) throw new Error(`scheduled work failed: ${failed.join("; ")}`);
}
