import { spawn } from "node:child_process";
import { join } from "node:path";
import { type DevServer, startDevServer } from "../dev/dev-server.ts";
import { createScratchDirectory } from "../shared/scratch-directory.ts";
import { leftTo } from "./examples/left-to.ts";
import { readPages } from "./examples/pages.ts";
import type { Page } from "./examples/read-markdown.ts";

// `npm run walk`: what README and docs tell a reader to paste, and the walks beside this file, by curl against a
// real `npm run dev`. Leaves nothing behind: storage and secrets are in a scratch directory.

const README_ORIGIN = "http://localhost:8787";
const WALK_LIMIT = 60_000;

for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(130));

const pages = readPages();
// What README starts with is what is started below, on packages that are installed.
const START = leftTo("scripts/check/readme-walk", pages.values())("start").code;
if (START !== "npm install\nnpm run dev\n")
  throw new Error("README starts the service otherwise than this does.");

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
    await walkFile("eight-steps", { ORIGIN: server.origin });
    await walkFile("superuser", superuser);
    await walkFile("looking-after-people", { ...superuser, SCRATCH: scratch.path });
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
  console.log(`npm run dev (${vars.join(" ") || "as it is"}): ready in ${Date.now() - started} ms`);
  try {
    await use(server);
  } catch (error) {
    console.error(server.output());
    throw error;
  } finally {
    await server.stop();
  }
}

/** The blocks of each page that are to be run, in order, as one script that stops at the first answer of failure. */
function scriptsOf(pages: ReadonlyMap<string, Page>, origin: string): [string, string][] {
  const strict = 'set -euo pipefail\ncurl() { command curl -S --fail-with-body "$@"; }\n';
  const scripts = [...pages].flatMap(([file, { setup, examples }]): [string, string][] => {
    const blocks = examples.filter(({ mark }) => mark?.kind === "run").map(({ code }) => code);
    const script = [strict, setup, ...blocks].join("\n").replaceAll(README_ORIGIN, origin);
    return blocks.length === 0 ? [] : [[file, script]];
  });
  if (!scripts.some(([file]) => file === "README.md")) {
    throw new Error("README.md has no walk between its two marks.");
  }
  return scripts;
}

function printedPassword(output: string): string {
  const [, password] = /superuser@example\.test\s+(\S+)/.exec(output) ?? [];
  if (!password) throw new Error("`npm run dev` printed no superuser's password on a new database.");
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
    timeout: WALK_LIMIT,
  });
  return new Promise((resolve, reject) => {
    bash.once("error", reject);
    bash.once("exit", (code) =>
      code === 0 ? resolve() : reject(new Error(`The walk "${name}" failed (${code ?? "out of time"}).`)),
    );
  });
}
