import { spawn } from "node:child_process";
import { join } from "node:path";
import { type DevServer, startDevServer } from "../dev/dev-server.ts";
import { createScratchDirectory } from "../shared/scratch-directory.ts";
import { examplesForTest } from "./examples/examples-for-test.ts";
import { readPages } from "./examples/pages.ts";
import type { Page } from "./examples/read-markdown.ts";

// `npm run walk`: runs the shell blocks of README and docs, and the scripts of walks/, against a real `npm run dev`.
// Its state and secrets are in a temporary directory.

const DOCUMENTED_ORIGIN = "http://localhost:8787";
const WALK_TIMEOUT_MS = 60_000;

for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(130));

const pages = readPages();
// The service below starts like README's first block, with the packages already installed.
const START = examplesForTest("scripts/check/readme-walk", pages.values())("start").code;
if (START !== "npm install\nnpm run dev\n")
  throw new Error(
    "README no longer starts the service with `npm install` and `npm run dev`: adapt this script.",
  );

const scratch = createScratchDirectory();
process.once("exit", scratch.remove);
try {
  await withServer("plain", [], async (server) => {
    const password = printedPassword(server.output());
    const superuser = { ORIGIN: server.origin, SUPERUSER_PASSWORD: password };
    for (const [file, script] of scriptsOf(pages, server.origin)) {
      await walk(file, ["-c", script], { ...superuser, SCRATCH: scratch.path });
    }
    await walkFile("api-description", { ORIGIN: server.origin });
    await walkFile("account-lifecycle", { ORIGIN: server.origin });
    await walkFile("superuser", superuser);
    await walkFile("user-administration", { ...superuser, SCRATCH: scratch.path });
  });
  const vars = ["ACCESS_TOKEN_TTL:6", "REQUIRED_PROFILE_FIELDS:username,lastName,age"];
  await withServer("configured", vars, (server) =>
    walkFile("required-fields-and-short-tokens", { ORIGIN: server.origin }),
  );
} catch (error) {
  console.error(`\n${error instanceof Error ? error.message : error}`);
  process.exitCode = 1;
}

async function withServer(
  name: string,
  vars: readonly string[],
  use: (server: DevServer) => Promise<void>,
): Promise<void> {
  const started = Date.now();
  const server = await startDevServer(join(scratch.path, name), vars);
  console.log(`npm run dev (${vars.join(" ") || "default variables"}): ready in ${Date.now() - started} ms`);
  try {
    await use(server);
  } catch (error) {
    console.error(server.output());
    throw error;
  } finally {
    await server.stop();
  }
}

/** One script for each page: its blocks in order. curl fails on an error status, and the script stops. */
function scriptsOf(pages: ReadonlyMap<string, Page>, origin: string): [string, string][] {
  const strict = 'set -euo pipefail\ncurl() { command curl -S --fail-with-body "$@"; }\n';
  const scripts = [...pages].flatMap(([file, { setup, examples }]): [string, string][] => {
    const blocks = examples.filter(({ mark }) => mark?.kind === "run").map(({ code }) => code);
    const script = [strict, setup, ...blocks].join("\n").replaceAll(DOCUMENTED_ORIGIN, origin);
    return blocks.length === 0 ? [] : [[file, script]];
  });
  if (!scripts.some(([file]) => file === "docs/quick-start.md")) {
    throw new Error("docs/quick-start.md has no block between <!-- walk --> and <!-- end of walk -->.");
  }
  return scripts;
}

function printedPassword(output: string): string {
  const [, password] = /superuser@example\.test\s+(\S+)/.exec(output) ?? [];
  if (!password) throw new Error("`npm run dev` printed no superuser password for a new database.");
  return password;
}

function walkFile(name: string, env: Record<string, string>): Promise<void> {
  return walk(name, [`scripts/check/walks/${name}.sh`], env);
}

function walk(name: string, args: readonly string[], env: Record<string, string>): Promise<void> {
  console.log(`\n${name}`);
  const bash = spawn("bash", args, {
    stdio: ["ignore", "inherit", "inherit"],
    env: { ...process.env, ...env },
    timeout: WALK_TIMEOUT_MS,
  });
  return new Promise((resolve, reject) => {
    bash.once("error", reject);
    bash.once("exit", (code) =>
      code === 0 ? resolve() : reject(new Error(`The walk "${name}" failed (${code ?? "timeout"}).`)),
    );
  });
}
