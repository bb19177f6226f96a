import { dirname, join } from "node:path";
import type { ServiceOptions } from "./command-line.ts";
import { migrateDatabase } from "./migrate-database.ts";
import { retryBusy } from "./retry-busy.ts";
import { wranglerEnvironment } from "./run-wrangler.ts";

/** The variables and bindings that `wrangler dev` gives the Worker for the same options. */
export type LocalPlatform = {
  readonly variables: Readonly<Record<string, unknown>>;
  readonly db: D1Database;
  readonly kv: KVNamespace;
};

type Options = ServiceOptions & { readonly vars?: Readonly<Record<string, string>> };

/** Applies pending migrations to the local database, without the network. Returns whether there were any. */
export const migrate = (options: Options): Promise<boolean> =>
  withLocalPlatform(options, ({ db }) => migrateDatabase(db, options));

/** Opens the variables, the database and the KV of the local Worker for `use`. The Worker may be running. */
export async function withLocalPlatform<T>(
  options: Options,
  use: (platform: LocalPlatform) => Promise<T>,
): Promise<T> {
  Object.assign(process.env, wranglerEnvironment);
  // A dynamic import: loading wrangler takes half a second, which an earlier failure saves.
  const { getPlatformProxy } = await import("wrangler");
  const restoreLog = silenceWrangler();
  const proxy = await getPlatformProxy({
    configPath: options.config,
    environment: options.env,
    envFiles: options.envFiles.length > 0 ? [...options.envFiles] : undefined,
    persist: { path: statePath(options) },
    remoteBindings: false,
  }).finally(restoreLog);
  try {
    const { DB, KV, ...others } = proxy.env;
    return await use({
      variables: { ...others, ...options.vars },
      db: retryBusy(DB as D1Database),
      kv: KV as KVNamespace,
    });
  } finally {
    await proxy.dispose();
  }
}

/** wrangler logs every file that it reads; `wrangler dev` then logs the same again. */
function silenceWrangler(): () => void {
  const before = process.env.WRANGLER_LOG;
  process.env.WRANGLER_LOG = "error";
  return () => {
    if (before === undefined) delete process.env.WRANGLER_LOG;
    else process.env.WRANGLER_LOG = before;
  };
}

// wrangler's command line resolves --persist-to from the working directory, its default from beside the configuration
// file, and appends "v3" to either. The proxy takes the path unchanged.
export const statePath = ({ persistTo, config }: Pick<Options, "persistTo" | "config">): string =>
  join(persistTo ?? join(config === undefined ? "." : dirname(config), ".wrangler/state"), "v3");
