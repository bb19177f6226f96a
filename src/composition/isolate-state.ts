import type { MetadataCache } from "../authentication/social/providers/code-flow.ts";
import type { AssetCache } from "../core/assets.ts";
import { createSecretRing, type SecretRing } from "../core/crypto/secret-ring.ts";
import { Unavailable } from "../core/unavailable.ts";
import { emptyHealthCache, type HealthCache } from "../health/check-dependencies.ts";
import { emptyKeyCache, type KeyCache } from "../sessions/signing-keys/key-ring.ts";
import type { Env } from "./bindings.ts";
import { type Config, readConfig } from "./config.ts";

/** What an isolate keeps between requests: configuration, secrets and caches. Nothing in it belongs to one request. */
type IsolateState = {
  readonly config: Config;
  readonly secrets: SecretRing;
  readonly keyCache: KeyCache;
  readonly assetCache: AssetCache;
  /** The metadata documents of the social login providers. */
  readonly providerCache: MetadataCache;
  readonly healthCache: HealthCache;
};

/** The state by environment object. The app and the RPC entrypoint of one Worker share one cache. */
export type IsolateCache = WeakMap<object, IsolateState>;

/**
 * Returns the isolate's state for `env`, and creates it on the first call. Concurrent first requests may
 * each create it; the results are equal. Throws `Unavailable` when the configuration is invalid.
 */
export async function loadIsolateState(cache: IsolateCache, env: Env): Promise<IsolateState> {
  const cached = cache.get(env);
  if (cached) return cached;
  const config = readConfigOrThrow(env);
  const created: IsolateState = {
    config,
    secrets: await createSecretRing(config.authSecret, config.authSecretPrevious),
    keyCache: emptyKeyCache(),
    assetCache: new Map(),
    providerCache: new Map(),
    healthCache: emptyHealthCache(),
  };
  cache.set(env, created);
  return created;
}

function readConfigOrThrow(env: Env): Config {
  const read = readConfig(env as unknown as Record<string, unknown>);
  if (read.ok) return read.value;
  const problems = read.error.map(({ path, message }) => `${path} ${message}`);
  const isDevelopment = (env as { ENVIRONMENT?: unknown }).ENVIRONMENT === "development";
  throw new Unavailable(
    "config",
    new Error(`configuration: ${problems.join("; ")}`),
    // Only development shows the problems in the response.
    isDevelopment ? problems : [],
  );
}
