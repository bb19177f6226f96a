import type { ProviderDeps } from "./code-flow.ts";

/** Reads a value by its name from the cache of the isolate; one that is older than `maxAge` (ms) is read again. */
export async function cached<T>(
  { cache, clock }: Pick<ProviderDeps, "cache" | "clock">,
  name: string,
  maxAge: number,
  read: () => Promise<T>,
): Promise<T> {
  const entry = cache.get(name);
  if (entry && clock.now() - entry.readAt < maxAge) return entry.value as T;
  const value = await read();
  cache.set(name, { value, readAt: clock.now() });
  return value;
}
