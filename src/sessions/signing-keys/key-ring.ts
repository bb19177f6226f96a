import { importJWK, type JWK } from "jose";
import { type Clock, MINUTE, SECOND } from "../../core/clock.ts";
import { unseal } from "../../core/crypto/seal.ts";
import type { SecretRing } from "../../core/crypto/secret-ring.ts";
import type { VerifiedTokens } from "../verified-tokens.ts";
import { createSigningKey } from "./create-signing-key.ts";
import { KEY_MAX_AGE, pickSigningKey, SIGNING_PERIOD } from "./rules.ts";
import { SIGNING_ALGS, type SigningAlg, type StoredSigningKey } from "./signing-key.ts";
import type { SigningKeyStore } from "./store.ts";

/** How long an isolate uses the keys that it read. A new key is published a day before it signs. */
const CACHE_MAX_AGE_MS = 5 * MINUTE;

/** The pause between two reads because of unknown `kid`s: forged tokens must not put load on D1. */
const UNKNOWN_KID_PAUSE_MS = 10 * SECOND;

/** One isolate's keys. Values only: workerd does not let requests share promises. */
export type KeyCache = {
  readAt: number;
  keys: readonly StoredSigningKey[];
  /** The key set of `keys`, once it was asked for. */
  keySet: string | null;
  readonly imported: Map<string, CryptoKey>;
  readonly verifiedTokens: VerifiedTokens;
};

export const emptyKeyCache = (): KeyCache => ({
  readAt: Number.NEGATIVE_INFINITY,
  keys: [],
  keySet: null,
  imported: new Map(),
  verifiedTokens: new Map(),
});

/** The keys that sign and verify tokens. With a warm cache none of the methods reads D1. */
export type KeyRing = {
  signingKey(alg: SigningAlg): Promise<{ kid: string; key: CryptoKey }>;
  /** The published key with that id, if it is of the algorithm, which the kind of the token decides (RFC 8725 §3.1). */
  verificationKey(kid: string, alg: SigningAlg): Promise<CryptoKey | null>;
  /** The public members of every published key, as the JSON of a JWK Set (RFC 7517 §5). */
  keySet(): Promise<string>;
  /** The key set if the isolate has read it recently, else null. Reads no store. */
  cachedKeySet(now: number): string | null;
  /** The tokens that the isolate has verified with these keys. */
  readonly verifiedTokens: VerifiedTokens;
};

type Deps = {
  readonly signingKeys: Pick<SigningKeyStore, "list" | "addFirst">;
  readonly secrets: SecretRing;
  readonly clock: Clock;
  readonly cache: KeyCache;
};

export function createKeyRing(deps: Deps): KeyRing {
  return {
    async signingKey(alg) {
      await readIfOlderThan(deps, CACHE_MAX_AGE_MS);
      if (currentKey(deps, alg) === null) await addFirstKeys(deps);
      const key = currentKey(deps, alg);
      if (!key) throw new Error("no signing key is usable after one was added");
      return { kid: key.kid, key: await privateKeyOf(deps, key) };
    },
    async verificationKey(kid, alg) {
      await readIfOlderThan(deps, CACHE_MAX_AGE_MS);
      if (!deps.cache.keys.some((key) => key.kid === kid)) await readIfOlderThan(deps, UNKNOWN_KID_PAUSE_MS);
      const stored = deps.cache.keys.find((key) => key.kid === kid && key.alg === alg);
      return stored ? importKey(deps, `public/${kid}`, stored.publicJwk, alg) : null;
    },
    async keySet() {
      const { cache } = deps;
      await readIfOlderThan(deps, CACHE_MAX_AGE_MS);
      if (currentKey(deps, "ES256") === null) await addFirstKeys(deps);
      cache.keySet ??= JSON.stringify({ keys: cache.keys.map((key) => JSON.parse(key.publicJwk) as JWK) });
      return cache.keySet;
    },
    cachedKeySet: (now) => (now - deps.cache.readAt < CACHE_MAX_AGE_MS ? deps.cache.keySet : null),
    verifiedTokens: deps.cache.verifiedTokens,
  };
}

async function readIfOlderThan({ cache, clock, signingKeys }: Deps, age: number): Promise<void> {
  const now = clock.now();
  if (now - cache.readAt < age) return;
  cacheKeys(cache, await signingKeys.list(now - KEY_MAX_AGE), now);
}

function cacheKeys(cache: KeyCache, keys: readonly StoredSigningKey[], now: number): void {
  cache.keys = keys;
  cache.keySet = null;
  cache.readAt = now;
}

const currentKey = ({ cache, clock, secrets }: Deps, alg: SigningAlg) =>
  pickSigningKey(
    cache.keys.filter((key) => key.alg === alg),
    (key) => secrets.find(key.sealedBy) !== null,
    clock.now(),
  );

/**
 * For the first request of a deployment, after a change of AUTH_SECRET without AUTH_SECRET_PREVIOUS, and for an algorithm
 * that a new release introduces. Adds a key of each algorithm that has none.
 */
async function addFirstKeys(deps: Deps): Promise<void> {
  const { cache, clock, secrets, signingKeys } = deps;
  const now = clock.now();
  const period = { createdAt: now, signsFrom: now, signsUntil: now + SIGNING_PERIOD };
  const missing = SIGNING_ALGS.filter((alg) => currentKey(deps, alg) === null);
  const newKeys = await Promise.all(missing.map((alg) => createSigningKey(secrets, alg, period)));
  cacheKeys(cache, await signingKeys.addFirst(newKeys, secrets.ids, now - KEY_MAX_AGE), now);
}

async function privateKeyOf(deps: Deps, stored: StoredSigningKey): Promise<CryptoKey> {
  const cached = deps.cache.imported.get(`private/${stored.kid}`);
  if (cached) return cached;
  const jwk = await unseal(deps.secrets, "seal-signing-key", stored.kid, stored.sealedPrivateJwk);
  if (jwk === null) throw new Error("the signing key cannot be unsealed");
  return importKey(deps, `private/${stored.kid}`, jwk, stored.alg);
}

async function importKey({ cache }: Deps, name: string, jwk: string, alg: SigningAlg): Promise<CryptoKey> {
  const cached = cache.imported.get(name);
  if (cached) return cached;
  // importJWK returns bytes only for symmetric keys.
  const key = (await importJWK(JSON.parse(jwk) as JWK, alg)) as CryptoKey;
  cache.imported.set(name, key);
  return key;
}
