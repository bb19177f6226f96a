import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Where } from "../../scripts/admin/command-line.ts";
import type { Platform } from "../../scripts/admin/platform.ts";
import { withPlatform } from "../../scripts/admin/with-platform.ts";
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

/** A house of its own under a scratch directory, whose local database is migrated and empty. */
export async function createHouse() {
  const scratch = createScratchDirectory();
  const config = linkInstallation(scratch.path);
  writeFileSync(join(scratch.path, ".dev.vars"), DEV_VARS);
  const persistTo = join(scratch.path, "state");
  await migrate({ config, persistTo, env: undefined, envFiles: [], vars: {} });
  return { path: scratch.path, config, persistTo, remove: scratch.remove };
}

export type House = Awaited<ReturnType<typeof createHouse>>;

/** A `wrangler dev` that has the house's database open. */
export async function serve({ config, persistTo }: House) {
  const place = ["--config", config, "--persist-to", persistTo, "--port", "0", "--inspector-port", "0"];
  const child = startWrangler(["dev", ...place], { stdio: ["ignore", "ignore", "ignore", "ipc"] });
  const ended = exitOf(child);
  const port = await new Promise<number>((ready, failed) => {
    child.on("message", (message) => {
      const at = readyPort(message);
      if (at !== null) ready(at);
    });
    ended.then(() => failed(new Error("`wrangler dev` ended at once.")), failed);
  });
  return {
    origin: `http://localhost:${port}`,
    async stop() {
      child.kill("SIGTERM");
      await ended;
    },
  };
}

/** The house's database as the commands have it, held open: they are quick then. */
export async function hold({ config, persistTo }: House) {
  const where: Where = { isRemote: false, config, persistTo, env: undefined, envFiles: [] };
  const { promise: released, resolve: release } = Promise.withResolvers<void>();
  let closed = Promise.resolve();
  const platform = await new Promise<Platform>((opened, failed) => {
    closed = withPlatform(where, async (open) => {
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
