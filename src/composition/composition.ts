import { createSecretRing } from "../core/crypto/secret-ring.ts";
import { Unavailable } from "../core/unavailable.ts";
import type { Env } from "./bindings.ts";
import { type CompositionOptions, compose, type Deps } from "./compose.ts";
import { type Config, readConfig } from "./config.ts";

/** Gives the dependencies of all use cases, which are composed once for each environment object. */
export type Composition = {
  (env: Env): Promise<Deps>;
  /** The dependencies that were composed for an earlier request, if there was one. */
  existing(env: Env): Deps | undefined;
};

/**
 * Creates the composition of one isolate. HTTP, RPC and cron runs share it, so that they share its caches. It throws
 * `Unavailable` when the configuration is invalid, and reads the configuration again for the next request.
 */
export function createComposition(options: CompositionOptions = {}): Composition {
  const composed = new WeakMap<Env, Deps>();
  const forEnv = async (env: Env): Promise<Deps> => {
    const existing = composed.get(env);
    if (existing) return existing;
    const config = readConfigOrThrow(env);
    const secrets = await createSecretRing(config.authSecret, config.authSecretPrevious);
    // On Workers no request may await a promise of another, so concurrent first requests all come here. The first one
    // composes, and the others use its result.
    const deps = composed.get(env) ?? compose(env, config, secrets, options);
    composed.set(env, deps);
    return deps;
  };
  return Object.assign(forEnv, { existing: (env: Env) => composed.get(env) });
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
