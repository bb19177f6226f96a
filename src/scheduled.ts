import type { Clock } from "./kernel/clock.ts";
import { retryMail } from "./mail/retry-mail.ts";
import { purgeExpired } from "./maintenance/purge-expired.ts";
import { rotateSigningKeys } from "./sessions/signing-keys/rotate-signing-keys.ts";
import { type Env, wire } from "./wiring.ts";

/** The cron expressions of wrangler.toml, and what each sets going. */
export const EVERY_MINUTE = "* * * * *";
export const EVERY_HOUR = "17 * * * *";

/** One run of the clockwork. A part that fails does not keep the others from their work. */
export async function runScheduled(cron: string, env: Env, clock: Clock): Promise<void> {
  const deferred: Promise<unknown>[] = [];
  const deps = await wire(new WeakMap(), {
    env,
    clock,
    meter: { d1: 0, kv: 0, kvFailed: 0 },
    defer: (work) => deferred.push(work),
  });
  const parts =
    cron === EVERY_HOUR
      ? { rotateSigningKeys: rotateSigningKeys(deps), purgeExpired: purgeExpired(deps) }
      : { retryMail: retryMail(deps) };
  const outcomes = await Promise.allSettled([...Object.values(parts), ...deferred]);
  const names = Object.keys(parts);
  const failed = outcomes.flatMap(({ status }, at) =>
    status === "rejected" ? [names[at] ?? "deferred"] : [],
  );
  console.log(JSON.stringify({ at: new Date(clock.now()).toISOString(), cron, parts: names, failed }));
  // The platform counts a run that throws as failed, and shows it.
  if (failed.length > 0) throw new Error(`scheduled work failed: ${failed.join(", ")}`);
}
