import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import type { Unstable_Config } from "wrangler";
import { CommandError } from "../shared/command-error.ts";
import { wranglerEnvironment } from "../shared/run-wrangler.ts";
import { createScratchDirectory } from "../shared/scratch-directory.ts";
import type { DatabaseOptions } from "./command-line.ts";
import type { Platform } from "./open-platform.ts";

/** wrangler itself has no timeout for opening a remote database. */
const OPEN_TIMEOUT_MS = 60_000;

/** Opens the deployed database and KV for `use`, through wrangler's remote bindings. */
export async function withRemotePlatform<T>(
  options: DatabaseOptions,
  use: (platform: Platform) => Promise<T>,
): Promise<T> {
  // formatError explains failures in a sentence. CI keeps wrangler from prompting and from opening a browser.
  Object.assign(process.env, wranglerEnvironment, { WRANGLER_LOG: "none", CI: "true" });
  const { getPlatformProxy, unstable_readConfig } = await import("wrangler");
  const config = unstable_readConfig({ config: options.config, env: options.env }, { hideWarnings: true });
  const scratch = createScratchDirectory();
  try {
    const configPath = join(scratch.path, "wrangler.json");
    writeFileSync(configPath, JSON.stringify(remoteConfig(config)), { mode: 0o600 });
    // No local variables: only the D1 and KV of this configuration are used.
    const proxy = await withTimeout(getPlatformProxy({ configPath, envFiles: [], persist: false }));
    try {
      const { DB, KV } = proxy.env;
      const { AUTH_SECRET } = process.env;
      const variables = { ...config.vars, AUTH_SECRET };
      return await use({ isRemote: true, variables, db: DB as D1Database, kv: KV as KVNamespace });
    } finally {
      await proxy.dispose();
    }
  } finally {
    scratch.remove();
  }
}

async function withTimeout<T>(opening: Promise<T>): Promise<T> {
  const abort = new AbortController();
  const timeout = setTimeout(OPEN_TIMEOUT_MS, undefined, { signal: abort.signal }).then(() => {
    throw new CommandError("Cloudflare did not open the database within a minute. Please try again.");
  });
  try {
    return await Promise.race([opening, timeout]);
  } finally {
    abort.abort();
    timeout.catch(() => undefined);
  }
}

type DeployedConfig = Pick<
  Unstable_Config,
  "name" | "account_id" | "compliance_region" | "compatibility_date" | "d1_databases" | "kv_namespaces"
>;

/** The configuration of a Worker with the deployed database and KV alone: wrangler cannot touch other resources. */
export function remoteConfig(config: DeployedConfig) {
  const d1 = config.d1_databases.find(({ binding }) => binding === "DB");
  const kv = config.kv_namespaces.find(({ binding }) => binding === "KV");
  const missing = [...(d1?.database_id ? [] : ["database_id of DB"]), ...(kv?.id ? [] : ["id of KV"])];
  if (!d1 || !kv || missing.length > 0) {
    throw new CommandError(
      `The configuration has no ${missing.join(" and no ")}, so the deployed resources are unknown. ` +
        "`npx wrangler deploy` writes both; `npx wrangler d1 list` and `npx wrangler kv namespace list` show them.",
    );
  }
  return {
    name: config.name,
    account_id: config.account_id,
    compliance_region: config.compliance_region,
    compatibility_date: config.compatibility_date,
    d1_databases: [
      { binding: "DB", database_name: d1.database_name, database_id: d1.database_id, remote: true },
    ],
    kv_namespaces: [{ binding: "KV", id: kv.id, remote: true }],
  };
}
