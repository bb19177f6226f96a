import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { DatabaseOptions } from "../../scripts/admin/command-line.ts";
import { type Platform, withPlatform } from "../../scripts/admin/open-platform.ts";
import { linkInstallation } from "../../scripts/shared/link-installation.ts";
import { migrate } from "../../scripts/shared/local-platform.ts";
import { exitOf, readyPort, startWrangler } from "../../scripts/shared/run-wrangler.ts";
import { createScratchDirectory } from "../../scripts/shared/scratch-directory.ts";

export const SECRET = "a test's root secret, 32 bytes or more";

const DEV_VARS = `AUTH_SECRET=${SECRET}
ENVIRONMENT=development
PASSWORD_HASH_BLOCKS=1
RATE_LIMITS=off
`;

/** Creates an installation in a temporary directory, with a migrated, empty local database. */
export async function createInstallation() {
  const scratch = createScratchDirectory();
  const config = linkInstallation(scratch.path);
  writeFileSync(join(scratch.path, ".dev.vars"), DEV_VARS);
  const persistTo = join(scratch.path, "state");
  await migrate({ config, persistTo, env: undefined, envFiles: [] });
  return { path: scratch.path, config, persistTo, remove: scratch.remove };
}

export type Installation = Awaited<ReturnType<typeof createInstallation>>;

/** Starts `wrangler dev` on the installation's database. */
export async function startService({ config, persistTo }: Installation) {
  const options = ["--config", config, "--persist-to", persistTo, "--port", "0", "--inspector-port", "0"];
  const child = startWrangler(["dev", ...options], { stdio: ["ignore", "ignore", "ignore", "ipc"] });
  const ended = exitOf(child);
  const port = await new Promise<number>((ready, failed) => {
    child.on("message", (message) => {
      const found = readyPort(message);
      if (found !== null) ready(found);
    });
    ended.then(() => failed(new Error("`wrangler dev` exited during the start.")), failed);
  });
  return {
    origin: `http://localhost:${port}`,
    async stop() {
      child.kill("SIGTERM");
      await ended;
    },
  };
}

/** Opens the installation's database for the admin commands until `close`. Opening it once makes the tests fast. */
export async function openPlatform({ config, persistTo }: Installation) {
  const options: DatabaseOptions = { isRemote: false, config, persistTo, env: undefined, envFiles: [] };
  const { promise: released, resolve: release } = Promise.withResolvers<void>();
  let closed = Promise.resolve();
  const platform = await new Promise<Platform>((opened, failed) => {
    closed = withPlatform(options, async (open) => {
      opened(open);
      await released;
    });
    closed.catch(failed);
  });
  return {
    platform,
    async close() {
      release();
      await closed;
    },
  };
}
