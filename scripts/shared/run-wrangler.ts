import { type ChildProcess, type StdioOptions, spawn } from "node:child_process";
import { createRequire } from "node:module";

/** No banner and no request to Cloudflare: wrangler must work on a machine without a network. */
export const wranglerEnvironment = {
  CLOUDFLARE_CF_FETCH_ENABLED: "false",
  WRANGLER_SEND_METRICS: "false",
  WRANGLER_HIDE_BANNER: "true",
};

// wrangler's CLI without its launcher, so that a signal reaches the process directly.
const CLI = createRequire(import.meta.url).resolve("wrangler");

type Options = {
  readonly stdio: StdioOptions;
  readonly env?: Record<string, string>;
};

/** Starts wrangler with this process's Node. The end of this process ends wrangler too, except on SIGKILL. */
export function startWrangler(args: readonly string[], { stdio, env = {} }: Options): ChildProcess {
  const child = spawn(process.execPath, ["--no-warnings", CLI, ...args], {
    stdio,
    env: { ...process.env, ...wranglerEnvironment, ...env },
  });
  const stop = () => child.kill("SIGTERM");
  for (const event of EXIT_EVENTS) process.on(event, stop);
  // npm sends SIGTERM to its shell, which exits without forwarding it. The parent process id then changes.
  const parent = process.ppid;
  const watch = setInterval(() => process.ppid !== parent && stop(), 200);
  child.once("exit", () => {
    clearInterval(watch);
    for (const event of EXIT_EVENTS) process.off(event, stop);
  });
  return child;
}

const EXIT_EVENTS = ["SIGINT", "SIGTERM", "SIGHUP", "exit"] as const;

/** The Worker's port, if the message is the one that `wrangler dev` sends its parent when ready; else null. */
export function readyPort(message: unknown): number | null {
  if (typeof message !== "string" || !message.includes('"DEV_SERVER_READY"')) return null;
  return (JSON.parse(message) as { port: number }).port;
}

/** The exit code. For a child that a signal ended, the shell's: 128 plus the signal's number. */
export function exitOf(child: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code, signal) => resolve(code ?? (signal === "SIGINT" ? 130 : 143)));
  });
}

/** Runs wrangler without a terminal, and returns its exit code and its output. */
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
