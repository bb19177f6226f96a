import type { TestClock } from "./service.ts";

type KvCounts = {
  readonly kv: KVNamespace;
  gets: number;
  puts: number;
  /** Those puts that write a counter of the rate limits. No response waits for them (src/rate-limit/limit-route.ts). */
  counterPuts: number;
};

/** A KV binding that passes calls to the given one and counts gets and puts. */
export function countKv(kv: KVNamespace): KvCounts {
  const counts = { kv, gets: 0, puts: 0, counterPuts: 0 };
  counts.kv = new Proxy(kv, {
    get(target, name) {
      const value = Reflect.get(target, name);
      if (typeof value !== "function") return value;
      return (...args: unknown[]) => {
        if (name === "get" || name === "getWithMetadata") counts.gets += 1;
        if (name === "put") counts.puts += 1;
        if (name === "put" && String(args[0]).startsWith("rate:")) counts.counterPuts += 1;
        return value.apply(target, args);
      };
    },
  });
  return counts;
}

const STALE_MS = 60_000;

const MIN_TTL_SECONDS = 60;

const WRITE_EVERY_MS = 1000;

export type StaleKv = {
  readonly kv: KVNamespace;
  /** Writes that were accepted, and those that exceeded one write a second per key. */
  readonly writes: { taken: number; refused: number };
};

/**
 * A KV with the limits of production, which the local KV lacks. Reads, including misses, are cached for a
 * minute. A second write to a key within a second fails with 429. A TTL under 60 s fails with 400.
 */
export function createStaleKv(clock: Pick<TestClock, "now">): StaleKv {
  const stored = new Map<string, { value: string; writtenAt: number; expiresAt: number }>();
  const readCache = new Map<string, { value: string | null; at: number }>();
  const writes = { taken: 0, refused: 0 };
  const fake = {
    async get(key: string | string[]): Promise<string | null | Map<string, string | null>> {
      if (Array.isArray(key)) {
        const found = await Promise.all(key.map(async (one) => [one, await fake.get(one)] as const));
        return new Map(found as [string, string | null][]);
      }
      const now = clock.now();
      const cached = readCache.get(key);
      if (cached && now - cached.at < STALE_MS) return cached.value;
      const entry = stored.get(key);
      const value = entry && now < entry.expiresAt ? entry.value : null;
      readCache.set(key, { value, at: now });
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

/** A KV that rejects every call. */
export function createUnreachableKv(): KVNamespace {
  const fail = async () => {
    throw new Error("KV is unreachable");
  };
  return { get: fail, put: fail } as unknown as KVNamespace;
}
