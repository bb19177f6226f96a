import { connect } from "node:net";
import { homedir } from "node:os";
import { join } from "node:path";
import type { ServiceOptions } from "../shared/command-line.ts";

/** Milliseconds to wait for an answer of the other process. */
const CONNECT_TIMEOUT_MS = 500;

/**
 * The name under which another `wrangler dev` of this machine already runs a Worker like this one, or null. Service
 * bindings find Workers by that name, so an app would reach either of the two.
 */
export async function findRunningWorker(
  options: Pick<ServiceOptions, "config" | "env">,
  registryPath = workerRegistryPath(),
): Promise<string | null> {
  const [{ unstable_readConfig }, { getWorkerRegistry }] = await Promise.all([
    import("wrangler"),
    import("miniflare"),
  ]);
  const { name } = unstable_readConfig({ config: options.config, env: options.env }, { hideWarnings: true });
  const entry = name === undefined ? undefined : getWorkerRegistry(registryPath)[name];
  // The entry of a process that was killed stays for some minutes.
  return name !== undefined && entry !== undefined && (await accepts(entry.debugPortAddress)) ? name : null;
}

/** What `npm run dev` prints about a running Worker of the same name. */
export const runningWorkerWarning = (name: string): string =>
  `Warning: another \`wrangler dev\` on this machine already runs a Worker named "${name}", maybe of another checkout.\n` +
  `  Apps that bind to "${name}" reach one of the two. Stop the other one, or give this one a registry of its own:\n\n` +
  "    WRANGLER_REGISTRY_PATH=.wrangler/registry npm run dev\n\n" +
  "  Start your apps with the same variable then.";

/** The directory in which the `wrangler dev` processes of a user find each other, as wrangler chooses it. */
function workerRegistryPath(env: NodeJS.ProcessEnv = process.env): string {
  const chosen = env.CLOUDFLARE_DEV_REGISTRY_PATH ?? env.WRANGLER_REGISTRY_PATH;
  return chosen ?? join(configDirectory(env), ".wrangler", "registry");
}

function configDirectory(env: NodeJS.ProcessEnv): string {
  if (env.XDG_CONFIG_HOME) return env.XDG_CONFIG_HOME;
  if (process.platform === "darwin") return join(homedir(), "Library", "Preferences");
  if (process.platform === "win32" && env.APPDATA) return join(env.APPDATA, "xdg.config");
  return join(homedir(), ".config");
}

function accepts(address: string): Promise<boolean> {
  const { hostname, port } = new URL(`tcp://${address}`);
  return new Promise((resolve) => {
    const socket = connect({ host: hostname, port: Number(port), timeout: CONNECT_TIMEOUT_MS });
    const settle = (isOpen: boolean) => {
      socket.destroy();
      resolve(isOpen);
    };
    socket.once("connect", () => settle(true));
    socket.once("error", () => settle(false));
    socket.once("timeout", () => settle(false));
  });
}
