import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { Complaint } from "../dev/usage-error.ts";
import { wranglerEnvironment } from "../shared/run-wrangler.ts";
import { createScratchDirectory } from "../shared/scratch-directory.ts";
import type { Where } from "./command-line.ts";
import type { Platform } from "./platform.ts";
import { remoteConfig } from "./remote-config.ts";

/** Milliseconds in which Cloudflare has to open the database. wrangler itself may wait for ever. */
const PATIENCE = 60_000;

/** Runs something with the deployed database and KV, which wrangler reaches through remote bindings. */
export async function withRemotePlatform<T>(
  where: Where,
  use: (platform: Platform) => Promise<T>,
): Promise<T> {
  // Failures are told by us, in a sentence; CI keeps wrangler from asking and from opening a browser.
  Object.assign(process.env, wranglerEnvironment, { WRANGLER_LOG: "none", CI: "true" });
  const { getPlatformProxy, unstable_readConfig } = await import("wrangler");
  const config = unstable_readConfig({ config: where.config, env: where.env }, { hideWarnings: true });
  const scratch = createScratchDirectory();
  try {
    const configPath = join(scratch.path, "wrangler.json");
    writeFileSync(configPath, JSON.stringify(remoteConfig(config)), { mode: 0o600 });
    // No environment of a local file: nothing but D1 and KV of this configuration is looked at.
    const proxy = await inTime(getPlatformProxy({ configPath, envFiles: [], persist: false }));
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

async function inTime<T>(opening: Promise<T>): Promise<T> {
  const abort = new AbortController();
  const tooLate = setTimeout(PATIENCE, undefined, { signal: abort.signal }).then(() => {
    throw new Complaint("Cloudflare did not open the database within a minute. Please try again.");
  });
  try {
    return await Promise.race([opening, tooLate]);
  } finally {
    abort.abort();
    tooLate.catch(() => undefined);
  }
}
