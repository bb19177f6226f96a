import { importJWK, type JWK } from "jose";
import { clock } from "./clock.ts";
import { readJson } from "./read-json.ts";

/** Milliseconds for which a key set is believed. A next key is published a day before it signs. */
const FRESH = 10 * 60_000;

/** And for which it is believed while it cannot be read again: a key goes an hour after its last token. */
const USABLE = 60 * 60_000;

/** Between two readings for a `kid` that is not there: garbage must not become load. */
const PAUSE = 30_000;

/** Between two readings where the last one failed. */
const PAUSE_AFTER_FAILURE = 2000;

/** How often a waiting call looks whether the keys are there. */
const GLANCE = 20;

/** More keys than any service publishes; the rest is not looked at. */
const MAX_KEYS = 32;

/**
 * What is known of one key set: finished values alone. In Workers a promise that was started in one
 * request must not be awaited in another, so whoever comes while it is read waits by timers of their own.
 */
type Known = {
  keys: ReadonlyMap<string, CryptoKey>;
  readAt: number;
  /** When the last reading began, and the last one that was for a `kid` alone. */
  askedAt: number;
  searchedAt: number;
  /** Whether the last reading has come to its end, and failed. */
  state: "reading" | "read" | "failed";
};

/** By URL. It outlives verifiers, which may be made anew for each request. */
const knownSets = new Map<string, Known>();

/** The key of that name; null where the set has none; "unavailable" where the set cannot be read. */
export async function findKey(url: string, kid: string): Promise<CryptoKey | null | "unavailable"> {
  const known = knownOf(url);
  const has = known.keys.get(kid);
  if (has && (isFresh(known) || (isUsable(known) && isBeingRead(known)))) return has;
  if (isBeingRead(known)) await waitForReading(known);
  else if (mayRead(known)) await read(url, known);
  if (!isUsable(known)) return "unavailable";
  // Without a reading that came to its end nobody can say that there is no such key.
  return known.keys.get(kid) ?? (known.state === "read" ? null : "unavailable");
}

function knownOf(url: string): Known {
  const never = Number.NEGATIVE_INFINITY;
  const fresh: Known = { keys: new Map(), readAt: never, askedAt: never, searchedAt: never, state: "read" };
  const known = knownSets.get(url) ?? fresh;
  knownSets.set(url, known);
  return known;
}

const age = (instant: number): number => clock.now() - instant;
const isFresh = (known: Known): boolean => age(known.readAt) < FRESH;
const isUsable = (known: Known): boolean => age(known.readAt) < USABLE;

/** A request that was cut off leaves its reading behind; it counts for as long as one may take. */
const isBeingRead = (known: Known): boolean =>
  known.state === "reading" && age(known.askedAt) < clock.patience;

function mayRead(known: Known): boolean {
  if (known.state === "failed" && age(known.askedAt) < PAUSE_AFTER_FAILURE) return false;
  return !isFresh(known) || age(known.searchedAt) >= PAUSE;
}

async function waitForReading(known: Known): Promise<void> {
  while (isBeingRead(known)) await new Promise((resolve) => setTimeout(resolve, GLANCE));
}

async function read(url: string, known: Known): Promise<void> {
  // At once, before anything is awaited: so of any number at once one reads.
  known.askedAt = clock.now();
  if (isFresh(known)) known.searchedAt = known.askedAt;
  known.state = "reading";
  try {
    known.keys = await importKeys(await readJson(url, clock.patience));
    known.readAt = clock.now();
    known.state = "read";
  } catch {
    known.state = "failed";
  }
}

/** The keys that access tokens are signed with, and no others: ES256, public, named. */
async function importKeys(set: unknown): Promise<ReadonlyMap<string, CryptoKey>> {
  const { keys } = set as { keys?: unknown };
  if (!Array.isArray(keys)) throw new Error("no key set");
  const imported = new Map<string, CryptoKey>();
  for (const jwk of keys.slice(0, MAX_KEYS) as (JWK | null)[]) {
    if (jwk?.kty !== "EC" || jwk.crv !== "P-256" || typeof jwk.kid !== "string") continue;
    if ((jwk.alg ?? "ES256") !== "ES256" || (jwk.use ?? "sig") !== "sig") continue;
    // Member by member: a private one, or operations of another kind, are none of ours.
    const { kty, crv, x, y } = jwk;
    imported.set(jwk.kid, (await importJWK({ kty, crv, x, y }, "ES256")) as CryptoKey);
  }
  if (imported.size === 0) throw new Error("no key of ours");
  return imported;
}
