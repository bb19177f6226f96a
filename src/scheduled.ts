import { sweepAvatars } from "./avatars/sweep-avatars.ts";
import type { Cron } from "./cron.ts";
import type { Clock } from "./kernel/clock.ts";
import { newId } from "./kernel/ids.ts";
import { firstCause } from "./kernel/unavailable.ts";
import { announceDenials } from "./maintenance/announce-denials.ts";
import { purgeExpired } from "./maintenance/purge-expired.ts";
import { tidyDirectory } from "./maintenance/tidy-directory.ts";
import { retryDeliveries } from "./outbox/retry-deliveries.ts";
import { rotateSigningKeys } from "./sessions/signing-keys/rotate-signing-keys.ts";
import { newMeter } from "./storage/metered-d1.ts";
import { type Deps, type Env, wire } from "./wiring.ts";

type Job = (deps: Deps) => Promise<void>;

/** What each cron expression of wrangler.toml sets going. */
export const CLOCKWORK: Readonly<Record<Cron, Readonly<Record<string, Job>>>> = {
  "* * * * *": { retryDeliveries, announceDenials },
  "17 * * * *": { rotateSigningKeys, purgeExpired, sweepAvatars, tidyDirectory },
};

/** A run that is set off by hand, as wrangler does on a laptop, names no expression: everything is due. */
const jobsAt = (cron: string): [string, Job][] =>
  Object.entries(CLOCKWORK)
    .filter(([expression]) => cron === "" || expression === cron)
    .flatMap(([, jobs]) => Object.entries(jobs));

/** One run of the clockwork. A job that fails does not keep the others from their work. */
export async function runScheduled(cron: string, env: Env, clock: Clock): Promise<void> {
  const jobs = jobsAt(cron);
  if (jobs.length === 0) throw new Error(`no work is scheduled at "${cron}"`);
  const startedAt = clock.now();
  const meter = newMeter();
  const deps = await wire(new WeakMap(), {
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
