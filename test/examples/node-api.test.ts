import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { findFreePort } from "../../scripts/shared/free-port.ts";
import { createScratchDirectory } from "../../scripts/shared/scratch-directory.ts";
import { SECRET, startProvider } from "../unit/client/openid-provider.ts";
import { bundlePrograms } from "./bundle-programs.ts";

// examples/node-api as programs of Node, with a certified OpenID provider.

const RESOURCE = "https://reports.example.com";
const scratch = createScratchDirectory();
let provider: Awaited<ReturnType<typeof startProvider>>;
let server: ChildProcess;
let environment: Record<string, string | undefined>;
let origin = "";

beforeAll(async () => {
  provider = await startProvider({ resource: RESOURCE, scope: "reports:read" });
  const port = String(await findFreePort());
  origin = `http://127.0.0.1:${port}`;
  environment = { ...process.env, GATEHOUSE_URL: provider.url, RESOURCE, PORT: port };
  await bundlePrograms(scratch.path);
  server = spawn(process.execPath, [join(scratch.path, "server.mjs")], { env: environment });
  await new Promise((resolve) => server.stdout?.once("data", resolve));
});
afterAll(async () => {
  server?.kill();
  await provider?.close();
  scratch.remove();
});

/** The output of the calling program. */
async function call(variables: Record<string, string>): Promise<string> {
  const env = { ...environment, CLIENT_ID: "job", API_URL: origin, ...variables };
  const child = spawn(process.execPath, [join(scratch.path, "call.mjs")], { env });
  const [out, error] = await Promise.all([text(child.stdout), text(child.stderr)]);
  return out + error;
}

describe("examples/node-api", () => {
  it("answers a program with a token for itself", async () => {
    const output = await call({ CLIENT_SECRET: SECRET });
    expect(output).toBe('200 {"report":"All is well.","caller":"the program job"}\n');
  });

  it("refuses a program with a wrong secret at the provider, and names no secret", async () => {
    const output = await call({ CLIENT_SECRET: "wrong secret" });
    expect(output).toContain("Gatehouse issued no token: invalid_client.");
    expect(output).not.toContain("wrong secret");
    expect(await call({ CLIENT_SECRET: "" })).toContain("Set CLIENT_ID and CLIENT_SECRET.");
  });

  it("answers a request without a token with a challenge, and serves its metadata", async () => {
    const answer = await fetch(origin);
    const metadata = `${RESOURCE}/.well-known/oauth-protected-resource`;
    expect([answer.status, answer.headers.get("WWW-Authenticate")]).toEqual([
      401,
      `Bearer scope="reports:read", resource_metadata="${metadata}"`,
    ]);
    const document = await fetch(`${origin}/.well-known/oauth-protected-resource`);
    expect(await document.json()).toMatchObject({
      resource: RESOURCE,
      authorization_servers: [provider.url],
    });
  });
});
