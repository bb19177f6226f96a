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

async function look(origin: string): Promise<Seen> {
  const health = await get(`${origin}/healthz`);
  if (health?.status !== 200) return { health, keys: null };
  const keys = await get(`${origin}/.well-known/jwks.json`);
  const count = Array.isArray(keys?.body.keys) ? keys.body.keys.length : 0;
  return { health, keys: keys && { status: keys.status, count } };
}

/** A JSON answer; null where nobody answers. */
async function get(url: string): Promise<{ status: number; body: Record<string, unknown> } | null> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(PATIENCE), redirect: "manual" });
    const body: unknown = await response.json().catch(() => null);
    return { status: response.status, body: { ...(body as object | null) } };
  } catch {
    return null;
  }
}
