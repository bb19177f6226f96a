import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, symlinkSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseEnv } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { linkInstallation } from "../../scripts/shared/link-installation.ts";
import { createScratchDirectory } from "../../scripts/shared/scratch-directory.ts";
import { waitFor } from "../../scripts/shared/wait-for.ts";

const START_TIMEOUT_MS = 200_000;
const REPORTS = "https://reports.example.com";
const scratch = createScratchDirectory();
let dev: ChildProcess;
let output = "";
let origin = "";

/** An installation with examples of its own: `npm run dev` writes the secrets of their clients beside them. */
function linkExamples(): void {
  linkInstallation(scratch.path, { parts: ["node_modules", "scripts", "package.json"] });
  for (const example of ["notes", "spa", "node-api"]) {
    const directory = join(scratch.path, "examples", example);
    mkdirSync(directory, { recursive: true });
    for (const name of readdirSync(join("examples", example)).filter((one) => !one.startsWith(".")))
      symlinkSync(resolve("examples", example, name), join(directory, name));
  }
}

/** Ends the command and what it has started: they are one process group. */
function stop(): void {
  try {
    if (dev.pid !== undefined) process.kill(-dev.pid, "SIGKILL");
  } catch {
    // The group has exited.
  }
}

beforeAll(async () => {
  linkExamples();
  const args = ["scripts/dev/main.ts", "--port", "0", "--inspector-port", "0"];
  dev = spawn(process.execPath, args, {
    cwd: scratch.path,
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
    // Services with the same name may run at once; the example must bind to its own.
    env: { ...process.env, WRANGLER_REGISTRY_PATH: join(scratch.path, "registry") },
  });
  process.once("exit", stop);
  for (const stream of [dev.stdout, dev.stderr])
    stream?.setEncoding("utf8").on("data", (text: string) => {
      output += text;
    });
  const isReady = () => /^ +Docs +\S/m.test(output) || dev.exitCode !== null;
  await waitFor("the service", isReady, START_TIMEOUT_MS);
  origin = /^ +Pages +(\S+)$/m.exec(output)?.[1] ?? "";
  if (origin === "") throw new Error(`\`npm run dev\` did not start:\n${output}`);
});
afterAll(() => {
  stop();
  process.off("exit", stop);
  scratch.remove();
});

/** Requests a token as a client of the examples, with the secret in the file of the example's variables. */
async function requestToken(file: string, form: Record<string, string>) {
  const { CLIENT_ID, CLIENT_SECRET } = parseEnv(readFileSync(join(scratch.path, "examples", file), "utf8"));
  const headers = { Authorization: `Basic ${btoa(`${CLIENT_ID}:${CLIENT_SECRET}`)}` };
  const body = new URLSearchParams(form);
  const response = await fetch(`${origin}/oauth/token`, { method: "POST", headers, body });
  return (await response.json()) as Record<string, unknown>;
}

describe("npm run dev with a new database", () => {
  it("registers the clients of the examples, with the secrets beside them", async () => {
    expect(output).toContain("Registered the clients notes, spa, reports-job.");
    const machine = { grant_type: "client_credentials", resource: REPORTS };
    expect(await requestToken("node-api/.env", machine)).toMatchObject({
      token_type: "Bearer",
      scope: "reports:read",
    });
    // The client is authenticated: otherwise the error is invalid_client.
    const code = { grant_type: "authorization_code", code: "x".repeat(43), code_verifier: "x".repeat(43) };
    expect(await requestToken("notes/.dev.vars", code)).toMatchObject({ error: "invalid_grant" });
  });

  it("accepts an authorization request of the single-page app", async () => {
    const query = new URLSearchParams({
      ...{ client_id: "spa", redirect_uri: "http://localhost:8000/", response_type: "code" },
      ...{ scope: "openid notes:read", code_challenge: "x".repeat(43), code_challenge_method: "S256" },
    });
    const headers = { Accept: "text/html" };
    const url = `${origin}/oauth/authorize?${query}`;
    const response = await fetch(url, { headers, redirect: "manual" });
    expect([response.status, response.headers.get("Location")]).toEqual([
      303,
      expect.stringMatching(/^\/sign-in\?/),
    ]);
  });
});
