import { importJWK, type JWK } from "jose";
import { type Clock, MINUTE, SECOND } from "../../core/clock.ts";
import { unseal } from "../../core/crypto/seal.ts";
import type { SecretRing } from "../../core/crypto/secret-ring.ts";
import { createSigningKey } from "./create-signing-key.ts";
import { KEY_MAX_AGE, pickSigningKey, SIGNING_PERIOD } from "./rules.ts";
import type { StoredSigningKey } from "./signing-key.ts";

/** How long a key set that was read is believed; a next key is published a day before it signs. */
const CACHE_LIFE = 5 * MINUTE;

/** How often an unknown `kid` may make us read again: garbage must not become load on D1. */
const REREAD_PAUSE = 10 * SECOND;

/** What one isolate remembers of the keys: finished values only, never promises. */
export type KeyCache = {
  readAt: number;
  keys: readonly StoredSigningKey[];
  readonly imported: Map<string, CryptoKey>;
};

export const emptyKeyCache = (): KeyCache => ({
  readAt: Number.NEGATIVE_INFINITY,
  keys: [],
  imported: new Map(),
});

/** The keys that sign and verify access tokens. Warm, none of these asks D1. */
export type KeyRing = {
  signingKey(): Promise<{ kid: string; key: CryptoKey }>;
  verificationKey(kid: string): Promise<CryptoKey | null>;
  /** The public members of every published key (RFC 7517 §5). */
  publicKeys(): Promise<JWK[]>;
};

type Deps = {
  readonly signingKeys: {
    list(signsFromAfter: number): Promise<StoredSigningKey[]>;
    addFirst(
      key: StoredSigningKey,
      openableBy: readonly string[],
      signsFromAfter: number,
    ): Promise<StoredSigningKey[]>;
  };
  readonly secrets: SecretRing;
  readonly clock: Clock;
  readonly cache: KeyCache;
};

export function createKeyRing(deps: Deps): KeyRing {
  return {
    async signingKey() {
      await readIfOlderThan(deps, CACHE_LIFE);
      const picked = pick(deps) ?? (await addFirstKey(deps));
      return { kid: picked.kid, key: await privateKeyOf(deps, picked) };
    },
    async verificationKey(kid) {
      await readIfOlderThan(deps, CACHE_LIFE);
      if (!deps.cache.keys.some((key) => key.kid === kid)) await readIfOlderThan(deps, REREAD_PAUSE);
      const stored = deps.cache.keys.find((key) => key.kid === kid);
      return stored ? imported(deps, `public/${kid}`, stored.publicJwk) : null;
    },
    async publicKeys() {
      await readIfOlderThan(deps, CACHE_LIFE);
      if (pick(deps) === null) await addFirstKey(deps);
      return deps.cache.keys.map((key) => JSON.parse(key.publicJwk) as JWK);
    },
  };
}

async function readIfOlderThan({ cache, clock, signingKeys }: Deps, age: number): Promise<void> {
  const now = clock.now();
  if (now - cache.readAt < age) return;
  remember(cache, await signingKeys.list(now - KEY_MAX_AGE), now);
}

function remember(cache: KeyCache, keys: readonly StoredSigningKey[], now: number): void {
  cache.keys = keys;
  cache.readAt = now;
}

const pick = ({ cache, clock, secrets }: Deps) =>
  pickSigningKey(cache.keys, (key) => secrets.find(key.sealedBy) !== null, clock.now());

/** The first request of all, or the first after AUTH_SECRET was replaced without its previous value. */
async function addFirstKey(deps: Deps): Promise<StoredSigningKey> {
  const { cache, clock, secrets, signingKeys } = deps;
  const now = clock.now();
  const fresh = await createSigningKey(secrets, {
    createdAt: now,
    signsFrom: now,
    signsUntil: now + SIGNING_PERIOD,
  });
  remember(cache, await signingKeys.addFirst(fresh, secrets.ids, now - KEY_MAX_AGE), now);
  const picked = pick(deps);
  if (!picked) throw new Error("no signing key after one was added");
  return picked;
}

async function privateKeyOf(deps: Deps, stored: StoredSigningKey): Promise<CryptoKey> {
  const known = deps.cache.imported.get(`private/${stored.kid}`);
  if (known) return known;
  const jwk = await unseal(deps.secrets, "seal-signing-key", stored.kid, stored.sealedPrivateJwk);
  if (jwk === null) throw new Error("a signing key cannot be unsealed");
  return imported(deps, `private/${stored.kid}`, jwk);
}

async function imported({ cache }: Deps, name: string, jwk: string): Promise<CryptoKey> {
  const known = cache.imported.get(name);
  if (known) return known;
  // An EC key always imports as a CryptoKey; bytes are for symmetric ones.
  const key = (await importJWK(JSON.parse(jwk) as JWK, "ES256")) as CryptoKey;
  cache.imported.set(name, key);
  return key;
}
