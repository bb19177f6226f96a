import type { ClaimsSubject } from "./claims-source.ts";
import type { CustomClaims } from "./rules.ts";

type Entry = { readonly claims: CustomClaims; readonly expiresAt: number };

/** Claims that this isolate has read, by their subject. */
export type ClaimsCache = Map<string, Entry>;

/** With the largest claims, 4 MiB. */
const MAX_ENTRIES = 1000;

export const emptyClaimsCache = (): ClaimsCache => new Map();

const keyOf = ({ accountId, clientId, resource, scopes }: ClaimsSubject): string =>
  JSON.stringify([accountId, clientId, resource, ...scopes.toSorted()]);

/** The claims of the subject that are not older than the time to live. */
export function cachedClaims(cache: ClaimsCache, subject: ClaimsSubject, now: number): CustomClaims | null {
  const entry = cache.get(keyOf(subject));
  return entry && entry.expiresAt > now ? entry.claims : null;
}

/** Keeps claims. The oldest entry makes room for a new one. */
export function cacheClaims(cache: ClaimsCache, subject: ClaimsSubject, entry: Entry): void {
  const key = keyOf(subject);
  cache.delete(key);
  const [oldest] = cache.keys();
  if (cache.size >= MAX_ENTRIES && oldest !== undefined) cache.delete(oldest);
  cache.set(key, entry);
}
