import { existsSync } from "node:fs";
import { join } from "node:path";
import { lastOrigin } from "../dev/last-origin.ts";
import { CommandError } from "../shared/command-error.ts";
import { statePath, withLocalPlatform } from "../shared/local-platform.ts";
import type { DatabaseOptions } from "./command-line.ts";
import { withRemotePlatform } from "./remote-platform.ts";

/** An open database, with the KV and the variables of its service. */
export type Platform = {
  readonly isRemote: boolean;
  readonly db: D1Database;
  readonly kv: KVNamespace;
  /**
   * Locally the service's own variables; PUBLIC_URL defaults to the last origin of `npm run dev`. For a remote database
   * [vars] of the configuration, and AUTH_SECRET of the environment.
   */
  readonly variables: Readonly<Record<string, unknown>>;
};

/** Opens the database for `use`. Throws a CommandError if it does not exist. */
export async function withPlatform<T>(
  options: DatabaseOptions,
  use: (platform: Platform) => Promise<T>,
): Promise<T> {
  if (options.isRemote) return withRemotePlatform(options, use);
  const state = statePath(options);
  // Opening a database creates it, so a mistyped path would show an empty one.
  if (!existsSync(join(state, "d1"))) {
    throw new CommandError(
      `There is no local database in ${state}. \`npm run dev\` creates one; --remote selects the deployed one.`,
    );
  }
  // wrangler's errors are thrown too, and formatError explains them.
  process.env.WRANGLER_LOG = "none";
  return withLocalPlatform(options, ({ variables, ...local }) => {
    const withOrigin = { PUBLIC_URL: lastOrigin(options), ...variables };
    return use({ ...local, variables: withOrigin, isRemote: false });
  });
}
