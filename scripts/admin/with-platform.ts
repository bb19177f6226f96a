import { existsSync } from "node:fs";
import { join } from "node:path";
import { lastOrigin } from "../dev/last-origin.ts";
import { Complaint } from "../dev/usage-error.ts";
import { statePath, withLocalPlatform } from "../shared/local-platform.ts";
import type { Where } from "./command-line.ts";
import type { Platform } from "./platform.ts";
import { withRemotePlatform } from "./remote-platform.ts";

/** Runs something with the database that is meant. Throws a Complaint where there is none. */
export async function withPlatform<T>(where: Where, use: (platform: Platform) => Promise<T>): Promise<T> {
  if (where.isRemote) return withRemotePlatform(where, use);
  const state = statePath(where);
  // Opening it would make it, and somebody who mistyped a path would find nobody in there.
  if (!existsSync(join(state, "d1"))) {
    throw new Complaint(
      `There is no local database in ${state}. \`npm run dev\` makes one; --remote is for the deployed one.`,
    );
  }
  // What goes wrong there comes back as an error too, and is told by us.
  process.env.WRANGLER_LOG = "none";
  return withLocalPlatform({ ...where, vars: {} }, ({ variables, ...local }) => {
    const known = { PUBLIC_URL: lastOrigin(where), ...variables };
    return use({ ...local, variables: known, isRemote: false });
  });
}
