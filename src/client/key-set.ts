import { importJWK, type JWK } from "jose";
import { clock } from "./clock.ts";
import type { Fetch } from "./fetch.ts";
import { readJson } from "./read-json.ts";

/** Milliseconds for which a key set is cached. A new key is published a day before it signs. */
const FRESH_MS = 10 * 60_000;

/** Milliseconds for which a key set is used while it cannot be refetched. A key is published for an hour after its last token. */
const USABLE_MS = 60 * 60_000;

/** Milliseconds between two fetches for an unknown `kid`: invalid tokens must not cause load. */
const UNKNOWN_KID_PAUSE_MS = 30_000;

/** Milliseconds between two fetches after a failure. */
const FAILURE_PAUSE_MS = 2000;

/** Milliseconds between two checks of a call that waits for another call's fetch. */
const POLL_MS = 20;

/** Keys beyond this number are ignored. */
const MAX_KEYS = 32;

/**
 * The cached state of one key set: values only. In Workers, a request must not await a promise that another
 * request started, so a call that arrives during a fetch polls with its own timers.
 */
type CachedKeySet = {
  keys: ReadonlyMap<string, CryptoKey>;
  fetchedAt: number;
  /** When the last fetch started, and the last one for an unknown `kid`. */
  startedAt: number;
  searchedAt: number;
  /** State of the last fetch. */
  state: "fetching" | "fetched" | "failed";
};

/** By URL and algorithm. The cache outlives verifiers, which an app may create for each request. */
const cachedKeySets = new Map<string, CachedKeySet>();

/** ES256 signs access tokens. ID tokens and logout tokens are signed with RS256 or ES256. */
export type KeyAlgorithm = "ES256" | "RS256";

export type KeySource = {
  readonly url: string;
  readonly alg: KeyAlgorithm;
  readonly fetch?: Fetch;
};

/** Returns the key with that `kid`; null if the set has none; "unavailable" if the set cannot be fetched. */
export async function findKey(source: KeySource, kid: string): Promise<CryptoKey | null | "unavailable"> {
  const cached = cachedKeySet(source);
  const key = cached.keys.get(kid);
  if (key && (isFresh(cached) || (isUsable(cached) && isFetching(cached)))) return key;
  if (isFetching(cached)) await waitForFetch(cached);
  else if (mayFetch(cached)) await fetchKeys(source, cached);
  if (!isUsable(cached)) return "unavailable";
  // Only a completed fetch proves that the key does not exist.
  return cached.keys.get(kid) ?? (cached.state === "fetched" ? null : "unavailable");
}

function cachedKeySet({ url, alg }: KeySource): CachedKeySet {
  const never = Number.NEGATIVE_INFINITY;
  const empty: CachedKeySet = {
    keys: new Map(),
    fetchedAt: never,
    startedAt: never,
    searchedAt: never,
    state: "fetched",
  };
  const id = `${alg} ${url}`;
  const cached = cachedKeySets.get(id) ?? empty;
  cachedKeySets.set(id, cached);
  return cached;
}

const age = (instant: number): number => clock.now() - instant;
const isFresh = (cached: CachedKeySet): boolean => age(cached.fetchedAt) < FRESH_MS;
const isUsable = (cached: CachedKeySet): boolean => age(cached.fetchedAt) < USABLE_MS;

/** A cancelled request leaves the state "fetching" behind. It counts only for the length of the timeout. */
const isFetching = (cached: CachedKeySet): boolean =>
  cached.state === "fetching" && age(cached.startedAt) < clock.timeoutMs;

function mayFetch(cached: CachedKeySet): boolean {
  if (cached.state === "failed" && age(cached.startedAt) < FAILURE_PAUSE_MS) return false;
  return !isFresh(cached) || age(cached.searchedAt) >= UNKNOWN_KID_PAUSE_MS;
}

async function waitForFetch(cached: CachedKeySet): Promise<void> {
  while (isFetching(cached)) await new Promise((resolve) => setTimeout(resolve, POLL_MS));
}

async function fetchKeys({ url, alg, fetch }: KeySource, cached: CachedKeySet): Promise<void> {
  // Set before the first await, so that one of several concurrent calls fetches.
  cached.startedAt = clock.now();
  if (isFresh(cached)) cached.searchedAt = cached.startedAt;
  cached.state = "fetching";
  try {
    cached.keys = await importKeys(await readJson(url, clock.timeoutMs, fetch), alg);
    cached.fetchedAt = clock.now();
    cached.state = "fetched";
  } catch {
    cached.state = "failed";
  }
}

/** Imports the public keys of one algorithm that have a `kid`. Others are ignored. */
async function importKeys(set: unknown, alg: KeyAlgorithm): Promise<ReadonlyMap<string, CryptoKey>> {
  const { keys } = set as { keys?: unknown };
  if (!Array.isArray(keys)) throw new Error("The response is not a JWK set.");
  const imported = new Map<string, CryptoKey>();
  for (const jwk of keys.slice(0, MAX_KEYS) as (JWK | null)[]) {
    const members = jwk && publicMembers(jwk, alg);
    if (!members || typeof jwk.kid !== "string") continue;
    if ((jwk.alg ?? alg) !== alg || (jwk.use ?? "sig") !== "sig") continue;
    imported.set(jwk.kid, (await importJWK(members, alg)) as CryptoKey);
  }
  if (imported.size === 0) throw new Error(`The JWK set has no ${alg} signing key.`);
  return imported;
}

/** Only these members are copied: private members and `key_ops` are not imported. Null for a key of another type. */
function publicMembers({ kty, crv, x, y, n, e }: JWK, alg: KeyAlgorithm): JWK | null {
  if (alg === "ES256") return kty === "EC" && crv === "P-256" ? { kty, crv, x, y } : null;
  return kty === "RSA" ? { kty, n, e } : null;
}
