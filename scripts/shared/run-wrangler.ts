import { type ChildProcess, type StdioOptions, spawn } from "node:child_process";
import { createRequire } from "node:module";

/** Quiet, and without a call home: wrangler must work on a machine that has no network. */
export const wranglerEnvironment = {
  CLOUDFLARE_CF_FETCH_ENABLED: "false",
  WRANGLER_SEND_METRICS: "false",
  WRANGLER_HIDE_BANNER: "true",
};

// The file that wrangler's own launcher starts. Without the launcher between, a signal has one way to go.
const CLI = createRequire(import.meta.url).resolve("wrangler");

type Options = {
  readonly stdio: StdioOptions;
  readonly env?: Record<string, string>;
};

/** Starts wrangler under this very Node. Whatever ends this process, but for SIGKILL, ends wrangler too. */
export function startWrangler(args: readonly string[], { stdio, env = {} }: Options): ChildProcess {
  const child = spawn(process.execPath, ["--no-warnings", CLI, ...args], {
    stdio,
    env: { ...process.env, ...wranglerEnvironment, ...env },
  });
  const stop = () => child.kill("SIGTERM");
  for (const event of ENDINGS) process.on(event, stop);
  // npm hands a SIGTERM to its shell, and the shell dies without handing it on.
  const parent = process.ppid;
  const watch = setInterval(() => process.ppid !== parent && stop(), 200);
  child.once("exit", () => {
    clearInterval(watch);
    for (const event of ENDINGS) process.off(event, stop);
  });
  return child;
}

const ENDINGS = ["SIGINT", "SIGTERM", "SIGHUP", "exit"] as const;

/** The port at which the Worker can be reached, where `wrangler dev` says so, in JSON to its parent; else null. */
export function readyPort(message: unknown): number | null {
  if (typeof message !== "string" || !message.includes('"DEV_SERVER_READY"')) return null;
  return (JSON.parse(message) as { port: number }).port;
}

/** The exit code, in the shell's way of counting when it was a signal that ended the child. */
export function exitOf(child: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code, signal) => resolve(code ?? (signal === "SIGINT" ? 130 : 143)));
  });
}

/** Runs wrangler to its end without a question asked, and returns what it said. */
export async function runWrangler(
  args: readonly string[],
  env?: Record<string, string>,
): Promise<{ readonly code: number; readonly output: string }> {
  const child = startWrangler(args, { stdio: ["ignore", "pipe", "pipe"], env });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding("utf8").on("data", (text: string) => {
      output += text;
    });
  }
  return { code: await exitOf(child), output };
}
