import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { isPortFree } from "../shared/free-port.ts";
import { linkInstallation } from "../shared/link-installation.ts";
import { waitFor } from "../shared/wait-for.ts";

export type DevServer = {
  readonly origin: string;
  /** Everything that it has printed so far. */
  output(): string;
  /** Waits for something that it prints. */
  printed(pattern: RegExp): Promise<RegExpExecArray>;
  /** Stops npm as a terminal's owner would, and throws when something of it stays behind. */
  stop(): Promise<void>;
};

const START_LIMIT = 120_000;
const STOP_LIMIT = 15_000;

/**
 * A real `npm run dev` on a free port, with everything that it writes under `directory`: its storage, and
 * its .dev.vars, for which it gets a house of its own that links to this one.
 */
export async function startDevServer(directory: string, vars: readonly string[]): Promise<DevServer> {
  mkdirSync(directory);
  const config = linkInstallation(directory);
  const own = ["--port", "0", "--persist-to", join(directory, "state")];
  const args = ["run", "dev", "--", "--config", config, ...own];
  // A group of its own, so that whatever it starts can be ended, and nothing else.
  const npm = spawn("npm", [...args, ...vars.flatMap((pair) => ["--var", pair])], {
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
    // Services of the same name may run side by side; an example beside each must find its own.
    env: { ...process.env, WRANGLER_REGISTRY_PATH: join(directory, "registry") },
  });
  const endGroup = () => signalGroup(npm, "SIGKILL");
  process.once("exit", endGroup);
  const output = collect(npm);
  try {
    await waitFor("the service", () => /^ +Docs +\S/m.test(output()) || npm.exitCode !== null, START_LIMIT);
    if (npm.exitCode !== null) throw new Error("`npm run dev` ended at once.");
  } catch (cause) {
    endGroup();
    throw new Error(`\`npm run dev\` did not start:\n${output()}`, { cause });
  }
  const [, origin = ""] = /^ +Pages +(\S+)$/m.exec(output()) ?? [];
  return {
    origin,
    output,
    async printed(pattern) {
      await waitFor(
        String(pattern),
        () => pattern.test(output()) || npm.exitCode !== null,
        START_LIMIT,
      ).catch(() => {});
      const found = pattern.exec(output());
      if (found === null) throw new Error(`\`npm run dev\` printed nothing like ${pattern}:\n${output()}`);
      return found;
    },
    async stop() {
      npm.kill("SIGTERM");
      await waitFor("its end", () => isPortFree(Number(new URL(origin).port)), STOP_LIMIT).finally(() => {
        endGroup();
        process.off("exit", endGroup);
      });
    },
  };
}

function collect(child: ChildProcess): () => string {
  let text = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding("utf8").on("data", (more: string) => {
      text += more;
    });
  }
  return () => text;
}

function signalGroup(leader: ChildProcess, signal: NodeJS.Signals): void {
  try {
    if (leader.pid !== undefined) process.kill(-leader.pid, signal);
  } catch {
    // Nothing of it is left.
  }
}
