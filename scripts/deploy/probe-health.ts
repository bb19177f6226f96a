import { setTimeout } from "node:timers/promises";
import { type HealthObservation, type HealthVerdict, judgeHealth } from "./judge-health.ts";

const REQUEST_TIMEOUT_MS = 5_000;

/** Probes until the service is healthy, at most `tries` times: a new version takes seconds to be available everywhere. */
export async function waitUntilHealthy(
  origin: string,
  tries: number,
  pauseMs: number,
): Promise<HealthVerdict> {
  const verdict = judgeHealth(origin, await probeHealth(origin));
  if (verdict.healthy || tries <= 1) return verdict;
  await setTimeout(pauseMs);
  return waitUntilHealthy(origin, tries - 1, pauseMs);
}

/** Requests the public endpoints that show the service's health. */
export async function probeHealth(origin: string): Promise<HealthObservation> {
  const health = await fetchJson(`${origin}/healthz`);
  if (health?.status !== 200) return { health, failing: null, keys: null };
  const [deep, keys] = await Promise.all(
    ["/healthz/deep", "/.well-known/jwks.json"].map((path) => fetchJson(`${origin}${path}`)),
  );
  const count = Array.isArray(keys?.body.keys) ? keys.body.keys.length : 0;
  return {
    health,
    failing: failingChecks(deep?.body.data),
    keys: keys ? { status: keys.status, count } : null,
  };
}

/** The names of failing checks in `{ checks: { database: { status: "ok" }, … } }`, the body of a 200 and of a 503. */
function failingChecks(report: unknown): readonly string[] | null {
  const { checks } = { ...(report as { checks?: Record<string, { status?: unknown }> } | undefined) };
  if (typeof checks !== "object" || checks === null) return null;
  return Object.keys(checks).filter((name) => checks[name]?.status !== "ok");
}

/** A response and its JSON body; null without a response. */
export async function fetchJson(url: string) {
  try {
    const response = await fetch(url, {
      signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS),
      redirect: "manual",
    });
    const body: unknown = await response.json().catch(() => null);
    return {
      status: response.status,
      headers: response.headers,
      body: { ...(body as Record<string, unknown> | null) },
    };
  } catch {
    return null;
  }
}
