import type { TestClock } from "./service.ts";

const STALE_MS = 60_000;
const MIN_TTL_SECONDS = 60;
const WRITE_EVERY_MS = 1000;

export type StaleKv = {
  readonly kv: KVNamespace;
  /** Writes that were taken, and that were refused for coming too soon. */
  readonly writes: { taken: number; refused: number };
};

/**
 * A KV as production may show it and the local one never does: a reader keeps what it read, misses
 * too, for a minute; a key takes one write a second, and more are refused; a life under 60 s is.
 */
export function createStaleKv(clock: Pick<TestClock, "now">): StaleKv {
  const stored = new Map<string, { value: string; writtenAt: number; expiresAt: number }>();
  const seen = new Map<string, { value: string | null; at: number }>();
  const writes = { taken: 0, refused: 0 };
  const fake = {
    async get(key: string | string[]): Promise<string | null | Map<string, string | null>> {
      if (Array.isArray(key)) {
        const found = await Promise.all(key.map(async (one) => [one, await fake.get(one)] as const));
        return new Map(found as [string, string | null][]);
      }
      const now = clock.now();
      const known = seen.get(key);
      if (known && now - known.at < STALE_MS) return known.value;
      const entry = stored.get(key);
      const value = entry && now < entry.expiresAt ? entry.value : null;
      seen.set(key, { value, at: now });
      return value;
    },
    async put(key: string, value: string, { expirationTtl = Number.POSITIVE_INFINITY } = {}): Promise<void> {
      if (expirationTtl < MIN_TTL_SECONDS) throw new Error("KV PUT failed: 400 Invalid expiration_ttl");
      const now = clock.now();
      const before = stored.get(key);
      if (before && now - before.writtenAt < WRITE_EVERY_MS) {
        writes.refused += 1;
        throw new Error("KV PUT failed: 429 Too Many Requests");
      }
      writes.taken += 1;
      stored.set(key, { value, writtenAt: now, expiresAt: now + expirationTtl * 1000 });
    },
  };
  return { kv: fake as unknown as KVNamespace, writes };
}

/** A KV that answers nothing. */
export function createDeadKv(): KVNamespace {
  const fail = async () => {
    throw new Error("KV is unreachable");
  };
  return { get: fail, put: fail } as unknown as KVNamespace;
}
