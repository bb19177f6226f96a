import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { build } from "esbuild";
import type { Hono } from "hono";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { examplesForTest } from "../../../scripts/check/examples/examples-for-test.ts";
import { readPages } from "../../../scripts/check/examples/pages.ts";
import { openIssuer } from "./issuer.ts";
import { openProvider, SECRET } from "./openid-provider.ts";

// The programs of docs/clients.md and docs/single-page-app.md, with the certified OpenID provider in the place of Gatehouse.

const takeExample = examplesForTest("unit/client/documented", readPages().values());
const ISSUER = "https://auth.example.com";

// Inside the repository, so that the blocks resolve hono.
let directory = "";
beforeAll(() => {
  mkdirSync(".wrangler", { recursive: true });
  directory = mkdtempSync(join(resolve(".wrangler"), "documented-"));
});
afterAll(() => existsSync(directory) && rmSync(directory, { recursive: true }));

/** Runs a block with another issuer. The package is resolved to its sources, as by the tsconfig of the repository. */
async function load(name: string, issuer: string) {
  const { code } = takeExample(name);
  const file = join(directory, `${name}-${crypto.randomUUID()}.mjs`);
  const { outputFiles } = await build({
    stdin: { contents: code.replaceAll(ISSUER, issuer), resolveDir: process.cwd(), loader: "ts" },
    tsconfig: "tsconfig.json",
    bundle: true,
    format: "esm",
    platform: "node",
    packages: "external",
    alias: {
      "gatehouse/client/browser": resolve("src/client/browser.ts"),
      "gatehouse/client/hono": resolve("src/client/hono.ts"),
      "gatehouse/client": resolve("src/client/index.ts"),
    },
    write: false,
  });
  writeFileSync(file, outputFiles[0]?.contents ?? "");
  return import(pathToFileURL(file).href);
}

const now = () => Math.floor(Date.now() / 1000);
const claims = (issuer: string, changes: Record<string, unknown> = {}) => ({
  iss: issuer,
  aud: "https://notes.example.com",
  sub: "ada",
  client_id: "spa",
  scope: "notes:read notes:write",
  jti: "j",
  iat: now(),
  exp: now() + 60,
  auth_time: now(),
  acr: "urn:gatehouse:acr:1fa",
  ...changes,
});

describe("docs/clients.md and docs/single-page-app.md", () => {
  it("protects an API in Hono, with a step-up and a route for machines", async () => {
    const issuer = await openIssuer();
    const app: Hono = (await load("api", issuer.url)).default;
    const ask = async (path: string, method: string, changes?: Record<string, unknown>) => {
      const Authorization = `Bearer ${await issuer.sign(claims(issuer.url, changes))}`;
      return app.request(`https://notes.example.com${path}`, { method, headers: { Authorization } });
    };
    expect(await (await ask("/notes", "GET")).json()).toEqual({ notes: ["A note of ada"] });
    expect((await app.request("https://notes.example.com/notes")).status).toBe(401);
    expect((await ask("/notes", "DELETE")).headers.get("WWW-Authenticate")).toContain("max_age=");
    expect((await ask("/notes", "DELETE", { acr: "urn:gatehouse:acr:2fa" })).status).toBe(204);
    expect((await ask("/statistics", "GET")).status).toBe(403);
    expect(await (await ask("/statistics", "GET", { sub: "spa" })).text()).toBe("spa");
    const metadata = await app.request("https://notes.example.com/.well-known/oauth-protected-resource");
    expect(await metadata.json()).toMatchObject({ authorization_servers: [issuer.url] });
  });

  it("protects an API without a framework", async () => {
    const issuer = await openIssuer();
    const { handle } = await load("framework-free", issuer.url);
    const Authorization = `Bearer ${await issuer.sign(claims(issuer.url))}`;
    const url = "https://notes.example.com/";
    expect(await (await handle(new Request(url, { headers: { Authorization } }))).text()).toBe("Hello, ada");
    expect((await handle(new Request(url))).status).toBe(401);
    expect((await handle(new Request(`${url}.well-known/oauth-protected-resource`))).status).toBe(200);
  });

  it("gets tokens for a program", async () => {
    const provider = await openProvider();
    const { reportsFor } = await load("machine", provider.url);
    const headers = reportsFor({ GATEHOUSE_URL: provider.url, CLIENT_SECRET: SECRET });
    expect(await headers()).toEqual({ Authorization: expect.stringMatching(/^Bearer eyJ/) });
  });

  it("signs users of a single-page app in", async () => {
    const provider = await openProvider();
    const empty = { getItem: () => null, setItem: () => {}, removeItem: () => {} };
    const location = { href: "https://spa.example.com/notes", assign: vi.fn() };
    for (const [name, value] of Object.entries({ localStorage: empty, sessionStorage: empty, location })) {
      vi.stubGlobal(name, value);
    }
    vi.spyOn(console, "log").mockImplementation(() => {});
    try {
      const { gatehouse, started, loadNotes } = await load("spa", provider.url);
      expect(started).toEqual({ status: "signed-out" });
      await gatehouse.signIn();
      const back = await provider.follow(location.assign.mock.lastCall?.[0]);
      expect(new URL(back).origin).toBe("https://spa.example.com");
      const requests = vi.spyOn(globalThis, "fetch").mockResolvedValue(new Response("[]"));
      expect((await loadNotes()).status).toBe(200);
      expect(requests).toHaveBeenCalledOnce();
      gatehouse.close();
    } finally {
      vi.unstubAllGlobals();
      vi.restoreAllMocks();
    }
  });
});
