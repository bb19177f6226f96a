import type { Clock } from "../core/clock.ts";
import { SECOND } from "../core/clock.ts";

/** What the service stands on, in the order in which a report has it. */
export const CHECKS = ["database", "migrations", "kv", "bucket", "assets", "signingKey"] as const;

type CheckName = (typeof CHECKS)[number];
type Check = { readonly status: "ok" | "failing"; readonly ms: number };

export type HealthReport = {
  readonly status: "ok" | "failing";
  /** Milliseconds of the epoch; a report may be as old as `REPORT_LIFE`. */
  readonly checkedAt: number;
  readonly checks: Readonly<Record<CheckName, Check>>;
};

/** What one isolate remembers: the last report, and when the stores were last asked for one. */
export type HealthCache = { askedAt: number; report: HealthReport | null };

export const emptyHealthCache = (): HealthCache => ({ askedAt: Number.NEGATIVE_INFINITY, report: null });

export type CheckDependenciesDeps = {
  readonly clock: Clock;
  /** Each asks its store once, and rejects if that does not answer as it should. */
  readonly probes: Readonly<Record<CheckName, () => Promise<unknown>>>;
  readonly healthCache: HealthCache;
  /** Milliseconds that a check may take. */
  readonly patience?: number;
};

/** How old a report may be that is given out: asking must not become load. */
const REPORT_LIFE = 10 * SECOND;

/** After this the next to ask makes a new one. Until that is there, the others have the one before, if it is young enough. */
const RENEWAL = 8 * SECOND;

/** A store that is this slow fails those who wait for it. */
const PATIENCE = 2 * SECOND;

/** Asks everything at once what a sign-in needs, and says of each whether it answered, and nothing else. */
export async function checkDependencies(deps: CheckDependenciesDeps): Promise<HealthReport> {
  const { clock, healthCache: cache, probes, patience = PATIENCE } = deps;
  const now = clock.now();
  const { report: last } = cache;
  if (last && now - last.checkedAt < REPORT_LIFE && now - cache.askedAt < RENEWAL) return last;
  // Before the answers, which no other request may wait for: the platform ends what one request began with it.
  cache.askedAt = now;
  const found = await Promise.all(CHECKS.map((name) => check(clock, probes[name], patience)));
  const report: HealthReport = {
    status: found.every(({ status }) => status === "ok") ? "ok" : "failing",
    checkedAt: now,
    checks: Object.fromEntries(CHECKS.map((name, at) => [name, found[at]])) as HealthReport["checks"],
  };
  cache.report = report;
  return report;
}

async function check(clock: Clock, probe: () => Promise<unknown>, patience: number): Promise<Check> {
  const startedAt = clock.now();
  const slow = new AbortController();
  const tooLate = scheduler.wait(patience, { signal: slow.signal }).then(() => "failing" as const);
  // A binding that is missing throws at once.
  const asked = (async () => probe())().then(
    () => "ok" as const,
    () => "failing" as const,
  );
  const status = await Promise.race([asked, tooLate.catch(() => asked)]);
  slow.abort();
  return { status, ms: clock.now() - startedAt };
}
