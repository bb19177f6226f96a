import { setTimeout } from "node:timers/promises";
import { judgeHealth, type Seen, type Verdict } from "./judge-health.ts";

/** Milliseconds for one answer. */
const PATIENCE = 5_000;

/** Asks until the service is well, or the tries are over: a new version takes seconds to be everywhere. */
export async function seeHealth(origin: string, tries: number, pause: number): Promise<Verdict> {
  const verdict = judgeHealth(origin, await look(origin));
  if (verdict.healthy || tries <= 1) return verdict;
  await setTimeout(pause);
  return seeHealth(origin, tries - 1, pause);
}

/** What anybody may ask of it. */
export async function look(origin: string): Promise<Seen> {
  const health = await get(`${origin}/healthz`);
  if (health?.status !== 200) return { health, failing: null, keys: null };
  const [deep, keys] = await Promise.all(
    ["/healthz/deep", "/.well-known/jwks.json"].map((path) => get(`${origin}${path}`)),
  );
  const count = Array.isArray(keys?.body.keys) ? keys.body.keys.length : 0;
  return { health, failing: failingIn(deep?.body.data), keys: keys ? { status: keys.status, count } : null };
}

/** `{ checks: { database: { status: "ok" }, … } }`, of a 200 and of a 503 alike. */
function failingIn(report: unknown): readonly string[] | null {
  const { checks } = { ...(report as { checks?: Record<string, { status?: unknown }> } | undefined) };
  if (typeof checks !== "object" || checks === null) return null;
  return Object.keys(checks).filter((name) => checks[name]?.status !== "ok");
}

/** A JSON answer; null where nobody answers. */
export async function get(url: string) {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(PATIENCE), redirect: "manual" });
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
