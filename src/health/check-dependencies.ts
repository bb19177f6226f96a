import { type Clock, SECOND } from "../core/clock.ts";

/** The checked dependencies, in the order of the report. */
export const CHECKS = ["database", "migrations", "kv", "bucket", "assets", "signingKey"] as const;

type CheckName = (typeof CHECKS)[number];
type Check = { readonly status: "ok" | "failing"; readonly ms: number };

export type HealthReport = {
  readonly status: "ok" | "failing";
  /** Instant in milliseconds. A report may be as old as `REPORT_MAX_AGE_MS`. */
  readonly checkedAt: number;
  readonly checks: Readonly<Record<CheckName, Check>>;
};

/** One isolate's last report, and the instant at which the last round of checks started. */
export type HealthCache = { startedAt: number; report: HealthReport | null };

export const emptyHealthCache = (): HealthCache => ({ startedAt: Number.NEGATIVE_INFINITY, report: null });

export type CheckDependenciesDeps = {
  readonly clock: Clock;
  /** Each probe queries its store once, and rejects when the store does not answer correctly. */
  readonly probes: Readonly<Record<CheckName, () => Promise<unknown>>>;
  readonly healthCache: HealthCache;
  /** Milliseconds after which a check fails. */
  readonly checkTimeoutMs?: number;
};

/** The greatest age of a returned report: polling must not put load on the stores. */
const REPORT_MAX_AGE_MS = 10 * SECOND;

/**
 * After this age the next request starts a new round of checks. Concurrent requests get the previous report,
 * as long as it is not older than `REPORT_MAX_AGE_MS`.
 */
const RECHECK_AFTER_MS = 8 * SECOND;

const CHECK_TIMEOUT_MS = 2 * SECOND;

/** Probes in parallel every dependency of a sign-in. Reports only whether each answered, and how fast. */
export async function checkDependencies(deps: CheckDependenciesDeps): Promise<HealthReport> {
  const { clock, healthCache: cache, probes, checkTimeoutMs = CHECK_TIMEOUT_MS } = deps;
  const now = clock.now();
  const { report: last } = cache;
  if (last && now - last.checkedAt < REPORT_MAX_AGE_MS && now - cache.startedAt < RECHECK_AFTER_MS)
    return last;
  // Set before the probes answer: no other request may await them, since workerd cancels the I/O of a
  // request together with that request.
  cache.startedAt = now;
  const results = await Promise.all(CHECKS.map((name) => check(clock, probes[name], checkTimeoutMs)));
  const report: HealthReport = {
    status: results.every(({ status }) => status === "ok") ? "ok" : "failing",
    checkedAt: now,
    checks: Object.fromEntries(CHECKS.map((name, index) => [name, results[index]])) as HealthReport["checks"],
  };
  cache.report = report;
  return report;
}

async function check(clock: Clock, probe: () => Promise<unknown>, timeoutMs: number): Promise<Check> {
  const startedAt = clock.now();
  const timer = new AbortController();
  const timedOut = scheduler.wait(timeoutMs, { signal: timer.signal }).then(() => "failing" as const);
  // A missing binding throws synchronously, so the probe runs in an async function.
  const probed = (async () => probe())().then(
    () => "ok" as const,
    () => "failing" as const,
  );
  const status = await Promise.race([probed, timedOut.catch(() => probed)]);
  timer.abort();
  return { status, ms: clock.now() - startedAt };
}
