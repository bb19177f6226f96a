import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { isPortFree } from "../shared/free-port.ts";
import { linkInstallation } from "../shared/link-installation.ts";
import { waitFor } from "../shared/wait-for.ts";

export type DevServer = {
  readonly origin: string;
  /** Its configuration file and its local state. */
  readonly config: string;
  readonly persistTo: string;
  /** All output so far. */
  output(): string;
  /** Waits until the output matches. */
  waitForOutput(pattern: RegExp): Promise<RegExpExecArray>;
  /** Sends SIGTERM to npm, and throws if the port stays in use. */
  stop(): Promise<void>;
};

const START_TIMEOUT_MS = 120_000;
const STOP_TIMEOUT_MS = 15_000;

/**
 * Starts a real `npm run dev` on a free port. It writes its state and its .dev.vars below `directory`, which is an
 * installation of its own that links to this repository.
 */
export async function startDevServer(directory: string, vars: readonly string[]): Promise<DevServer> {
  mkdirSync(directory);
  const config = linkInstallation(directory);
  const persistTo = join(directory, "state");
  const options = ["--port", "0", "--persist-to", persistTo];
  const args = ["run", "dev", "--", "--config", config, ...options];
  // A process group of its own, to end all child processes and no others.
  const npm = spawn("npm", [...args, ...vars.flatMap((pair) => ["--var", pair])], {
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
    // Services with the same name may run at once; each example must bind to its own.
    env: { ...process.env, WRANGLER_REGISTRY_PATH: join(directory, "registry") },
  });
  const endGroup = () => signalGroup(npm, "SIGKILL");
  process.once("exit", endGroup);
  const output = collect(npm);
  try {
    await waitFor(
      "the service",
      () => /^ +Docs +\S/m.test(output()) || npm.exitCode !== null,
      START_TIMEOUT_MS,
    );
    if (npm.exitCode !== null) throw new Error("`npm run dev` exited during the start.");
  } catch (cause) {
    endGroup();
    throw new Error(`\`npm run dev\` did not start:\n${output()}`, { cause });
  }
  const [, origin = ""] = /^ +Pages +(\S+)$/m.exec(output()) ?? [];
  return {
    origin,
    config,
    persistTo,
    output,
    async waitForOutput(pattern) {
      await waitFor(
        String(pattern),
        () => pattern.test(output()) || npm.exitCode !== null,
        START_TIMEOUT_MS,
      ).catch(() => {});
      const found = pattern.exec(output());
      if (found === null)
        throw new Error(`\`npm run dev\` printed nothing that matches ${pattern}:\n${output()}`);
      return found;
    },
    async stop() {
      npm.kill("SIGTERM");
      await waitFor("its exit", () => isPortFree(Number(new URL(origin).port)), STOP_TIMEOUT_MS).finally(
        () => {
          endGroup();
          process.off("exit", endGroup);
        },
      );
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
    // The group has exited.
  }
}
