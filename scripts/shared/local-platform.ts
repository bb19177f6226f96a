import { dirname, join } from "node:path";
import { migrateDatabase } from "./migrate-database.ts";
import { retryBusy } from "./retry-busy.ts";
import { wranglerEnvironment } from "./run-wrangler.ts";
import type { WranglerArguments } from "./wrangler-arguments.ts";

/** What `wrangler dev` would give the Worker, given the same arguments. */
export type LocalPlatform = {
  readonly variables: Readonly<Record<string, unknown>>;
  readonly db: D1Database;
  readonly kv: KVNamespace;
};

type Where = Pick<WranglerArguments, "config" | "env" | "envFiles" | "persistTo" | "vars">;

/** Brings the local database up to date, without a question and without the network. Whether it had to. */
export const migrate = (where: Where): Promise<boolean> =>
  withLocalPlatform(where, ({ db }) => migrateDatabase(db, where));

/** Runs something with the variables, the database and the KV of the local Worker, which may be running. */
export async function withLocalPlatform<T>(
  where: Where,
  use: (platform: LocalPlatform) => Promise<T>,
): Promise<T> {
  Object.assign(process.env, wranglerEnvironment);
  // Loaded here, since it takes half a second that a start which fails earlier need not wait for.
  const { getPlatformProxy } = await import("wrangler");
  const restoreLog = quieten();
  const proxy = await getPlatformProxy({
    configPath: where.config,
    environment: where.env,
    envFiles: where.envFiles.length > 0 ? [...where.envFiles] : undefined,
    persist: { path: statePath(where) },
    remoteBindings: false,
  }).finally(restoreLog);
  try {
    const { DB, KV, ...others } = proxy.env;
    return await use({
      variables: { ...others, ...where.vars },
      db: retryBusy(DB as D1Database),
      kv: KV as KVNamespace,
    });
  } finally {
    await proxy.dispose();
  }
}

/** wrangler tells of every file that it reads, and `wrangler dev` is about to tell the same. */
function quieten(): () => void {
  const before = process.env.WRANGLER_LOG;
  process.env.WRANGLER_LOG = "error";
  return () => {
    if (before === undefined) delete process.env.WRANGLER_LOG;
    else process.env.WRANGLER_LOG = before;
  };
}

// The command line takes --persist-to from here and its default from beside the configuration file, and adds
// "v3" to either; the proxy takes the path as it is.
export const statePath = ({ persistTo, config }: Pick<Where, "persistTo" | "config">): string =>
  join(persistTo ?? join(config === undefined ? "." : dirname(config), ".wrangler/state"), "v3");
