import { spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { text } from "node:stream/consumers";
import { pathToFileURL } from "node:url";
import { build } from "esbuild";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import own from "../../package.json" with { type: "json" };
import { examplesForTest } from "../../scripts/check/examples/examples-for-test.ts";
import { readPages } from "../../scripts/check/examples/pages.ts";
import {
  createMember,
  type DocumentedWorkers,
  PASSWORD,
  startDocumentedWorkers,
} from "./documented-workers.ts";

// Builds the code blocks of docs/ and of the example's README, binds them with the configuration beside them, and tests
// the behaviour that the text describes.

const takeExample = examplesForTest("examples/documented", readPages().values());
const code = (name: string) => takeExample(name).code;

// Workers around the functions in the pages.
const WHO_IS_WORKER = `import { whoIs } from "./documented.ts";
export default {
  async fetch(request, env) {
    const token = request.headers.get("Authorization") ?? "";
    return Response.json({ user: await whoIs(env.AUTH, token), lookup: await env.AUTH.getUser(crypto.randomUUID()) });
  },
};`;
const IS_SIGNED_IN_WORKER = `import { isSignedIn } from "./documented.ts";
export default { fetch: async (request) => Response.json(await isSignedIn(request.headers.get("Authorization") ?? "")) };`;
const FRAMEWORK_WORKER = `import { withGatehouse } from "./documented.ts";
const render = (request) => async (session) =>
  new Response("Hello, " + (session?.name ?? "visitor") + (request.method === "POST" ? await request.text() : ""));
export default { fetch: (request, env) => withGatehouse(request, env, render(request)) };`;
const NOTES_WORKER = `import app from "./documented.ts";
app.get("/notes", (c) => c.text("Notes of " + c.var.session.name));
export default app;`;

let workers: DocumentedWorkers;
beforeAll(async () => {
  workers = await startDocumentedWorkers([
    { name: "reports", config: code("service-binding"), files: { "src/index.ts": code("guarded") } },
    {
      name: "strict",
      config: code("verify-only"),
      files: { "index.ts": WHO_IS_WORKER, "documented.ts": code("who-is") },
    },
    { name: "app", config: code("notes-binding"), files: { "index.ts": code("signing-in") } },
    {
      name: "notes-example",
      config: code("notes-binding"),
      files: { "index.ts": NOTES_WORKER, "documented.ts": code("notes-app") },
    },
    {
      name: "framework",
      config: code("notes-binding"),
      files: { "index.ts": FRAMEWORK_WORKER, "documented.ts": code("with-gatehouse") },
    },
    {
      name: "https-only",
      config: "",
      files: { "index.ts": IS_SIGNED_IN_WORKER, "documented.ts": code("over-https") },
    },
  ]);
});
afterAll(() => workers?.close());

const request = (worker: string, path: string, headers: Record<string, string> = {}) =>
  workers.fetchWorker(new URL(workers.originOf(worker) + path), { headers, redirect: "manual" });
const bearer = (token: string) => ({ Authorization: `Bearer ${token}` });

describe("docs/protect-a-worker.md and docs/workers.md", () => {
  it("installs the wrangler version of this repository, because distant versions do not find its Workers", () => {
    const { node, wrangler } = own.devDependencies;
    expect(code("install-wrangler").trim()).toBe(
      `npm install -D node@${node.split(".")[0]} wrangler@${wrangler}`,
    );
  });

  it("is the same Worker as in README.md", () => {
    expect(code("readme-guarded")).toBe(code("guarded"));
  });

  it("accepts a token of its audience and role over the documented binding, and refuses other tokens", async () => {
    const ada = await createMember(workers);
    const token = await ada.tokenFor("notes");
    expect(await (await request("reports", "/", bearer(token))).text()).toBe("Hello, Ada");
    for (const headers of [{}, bearer("garbage"), bearer(await ada.tokenFor("gatehouse"))]) {
      const refused = await request("reports", "/", headers);
      expect([refused.status, refused.headers.get("WWW-Authenticate")]).toEqual([
        401,
        expect.stringMatching(/^Bearer/),
      ]);
    }
    expect((await request("reports", "/reports", bearer(token))).status).toBe(403);
    await workers.query("UPDATE accounts SET role = 'admin' WHERE email = ?", ada.email);
    const admin = await request("reports", "/reports", bearer(await ada.tokenFor("notes")));
    expect([admin.status, await admin.text()]).toEqual([200, "for admins and superusers"]);
  });

  it("verifies strictly without Hono over a binding that may only verify", async () => {
    const ada = await createMember(workers);
    const Authorization = await ada.tokenFor("notes");
    const whoIs = async (token: string) => (await request("strict", "/", { Authorization: token })).json();
    const lookup = { ok: false, reason: "forbidden" };
    expect(await whoIs(Authorization)).toEqual({ user: expect.stringMatching(/^[0-9a-f-]{36}$/), lookup });
    await workers.query(
      "UPDATE sessions SET revoked_at = 1 WHERE account_id = (SELECT id FROM accounts WHERE email = ?)",
      ada.email,
    );
    // Takes effect immediately, although the denylist in KV has no entry.
    expect(await whoIs(Authorization)).toEqual({ user: null, lookup });
    expect(await whoIs("garbage")).toEqual({ user: null, lookup });
  });

  it("verifies tokens over HTTPS with the published key set", async () => {
    const ada = await createMember(workers);
    const isSignedIn = async (token: string) =>
      (await request("https-only", "/", { Authorization: token })).json();
    expect(await isSignedIn(await ada.tokenFor("notes"))).toBe(true);
    expect(await isSignedIn(await ada.tokenFor("gatehouse"))).toBe(false);
    expect(await isSignedIn("garbage")).toBe(false);
  });
});

describe.each([
  ["docs/server-rendered-app.md", "app", "Hello, Ada"],
  ["docs/frameworks.md", "framework", "Hello, Ada"],
  ["examples/notes/README.md", "notes-example", "Notes of Ada"],
])("the app in %s", (_page, name, greeting) => {
  it("redirects to sign-in, returns with a session, and ends the session on sign-out", async () => {
    const { email } = await createMember(workers);
    const browser = workers.newBrowser();
    const app = workers.originOf(name);
    expect((await request(name, "/notes")).status).toBe(401);
    const signIn = await browser.visit(`${app}/notes?page=2`);
    expect(signIn.url.href).toMatch(`${workers.origin}/sign-in?`);
    const notes = await browser.submit(signIn, "/sign-in", { email, password: PASSWORD });
    expect([notes.url.href, notes.text]).toEqual([`${app}/notes?page=2`, greeting]);
    const signOut = {
      method: "POST",
      headers: { "Sec-Fetch-Site": "same-origin", Cookie: cookies(browser.jarOf(app)) },
    };
    const signedOut = await workers.fetchWorker(new URL(`${app}/sign-out`), {
      ...signOut,
      redirect: "manual",
    });
    expect([signedOut.status, signedOut.headers.get("Location")]).toEqual([
      303,
      expect.stringMatching(`^${workers.origin}/oauth/logout\\?client_id=notes&`),
    ]);
    expect(
      (await request(name, "/notes", { Cookie: signOut.headers.Cookie, Accept: "text/html" })).status,
    ).toBe(303);
  });
});

const cookies = (jar: Map<string, string>) =>
  Array.from(jar, ([name, value]) => `${name}=${value}`).join("; ");

it("serves the public page of docs/server-rendered-app.md to all visitors and its admin page to admins only", async () => {
  const { email } = await createMember(workers);
  const browser = workers.newBrowser();
  const app = workers.originOf("app");
  expect((await browser.visit(app)).text).toBe("Hello, visitor");
  await browser.submit(await browser.visit(`${app}/notes`), "/sign-in", { email, password: PASSWORD });
  expect((await browser.visit(app)).text).toBe("Hello, Ada");
  expect((await browser.visit(`${app}/notes/all`)).status).toBe(403);
});

it("passes a request of a visitor, with its body, to the framework of docs/frameworks.md", async () => {
  const app = workers.originOf("framework");
  expect(await (await request("framework", "/")).text()).toBe("Hello, visitor");
  const post = { method: "POST", headers: { "Sec-Fetch-Site": "same-origin" }, body: " and a body" };
  const response = await workers.fetchWorker(new URL(`${app}/anywhere`), post);
  expect(await response.text()).toBe("Hello, visitor and a body");
});

describe("docs/verify-tokens.md", () => {
  it("verifies an access token for the API in Node, and refuses other tokens", async () => {
    const ada = await createMember(workers);
    const file = resolve(workers.directory, "verify.mjs");
    writeFileSync(file, workers.withLocalOrigin(code("verify-node")));
    const { verify } = await import(pathToFileURL(file).href);
    const claims = await verify(await ada.tokenFor("notes"));
    expect(claims).toMatchObject({
      iss: workers.origin,
      aud: "https://notes.example.com",
      sub: expect.stringMatching(/^[0-9a-f-]{36}$/),
      client_id: "gatehouse",
      sid: expect.any(String),
      role: "user",
      email: ada.email,
      email_verified: true,
      name: "Ada",
      amr: ["pwd"],
      acr: "urn:gatehouse:acr:1fa",
    });
    for (const other of [await ada.tokenFor("gatehouse"), "garbage"]) {
      await expect(verify(other)).rejects.toThrow();
    }
  });
});

it("prints the claims of a token with the command of docs/troubleshooting.md", async () => {
  const ada = await createMember(workers);
  const env = { ...process.env, TOKEN: await ada.tokenFor("notes") };
  const child = spawn("bash", ["-c", code("show-claims")], { env, stdio: ["ignore", "pipe", "inherit"] });
  expect(await text(child.stdout)).toContain("aud: 'https://notes.example.com'");
});

/** Runs a file asynchronously in a child process: the proxy of Gatehouse runs in this process. */
async function runNode(file: string): Promise<{ out: string; err: string }> {
  const child = spawn(process.execPath, [file], { stdio: ["ignore", "pipe", "pipe"] });
  const [out, err] = await Promise.all([child.stdout, child.stderr].map((stream) => text(stream)));
  return { out: out ?? "", err: err ?? "" };
}

describe("docs/api.md", () => {
  it("signs in with the typed client and prints the error of a wrong password", async () => {
    const { email } = await createMember(workers);
    const file = join(workers.directory, "client.ts");
    const writeProgram = (password: string) => {
      const variables = `const email = ${JSON.stringify(email)}, password = ${JSON.stringify(password)};\n`;
      writeFileSync(file, variables + workers.withLocalOrigin(code("typed-client")));
      return file;
    };
    const accepted = await runNode(writeProgram(PASSWORD));
    expect([accepted.err, accepted.out]).toEqual([
      "",
      expect.stringMatching(/^eyJ[\w-]+\.[\w-]+\.[\w-]+\n$/),
    ]);
    const rejected = await runNode(writeProgram("wrong"));
    expect([rejected.out, rejected.err]).toEqual(["", "invalid_credentials Invalid email or password\n"]);
  });
});

describe("docs/observability.md", () => {
  it("shows the fields that /healthz/deep returns", async () => {
    const response = await workers.fetchWorker(new URL(`${workers.origin}/healthz/deep`));
    const { data, ...rest } = (await response.json()) as { data: { checks: Record<string, object> } };
    const documented = JSON.parse(code("deep-health"));
    expect(Object.keys({ ...rest, data })).toEqual(Object.keys(documented));
    expect(Object.keys(data)).toEqual(Object.keys(documented.data));
    expect(data).toMatchObject({
      status: documented.data.status,
      checkedAt: expect.stringMatching(/^\d{4}-.*Z$/),
    });
    expect(Object.keys(data.checks.database ?? {})).toEqual(Object.keys(documented.data.checks.database));
  });
});

it("remembers ended sessions with the store of docs/server-rendered-app.md", async () => {
  const { outputFiles } = await build({
    stdin: { contents: code("logout-store"), loader: "ts" },
    format: "esm",
    write: false,
  });
  const { logoutStore } = await import(
    `data:text/javascript,${encodeURIComponent(outputFiles[0]?.text ?? "")}`
  );
  const values = new Map<string, string>();
  const store = logoutStore({
    put: async (key: string, value: string) => void values.set(key, value),
    get: async (key: string) => values.get(key) ?? null,
  });
  const issuedAt = Math.floor(Date.now() / 1000) - 60;
  const session = { sessionId: "s", userId: "u", issuedAt };
  expect(await store.hasEnded(session)).toBe(false);
  await store.end({ sessionId: "s", userId: "u" });
  expect(await store.hasEnded(session)).toBe(true);
  expect(await store.hasEnded({ ...session, sessionId: "other" })).toBe(false);
  await store.end({ userId: "u" });
  expect(await store.hasEnded({ ...session, sessionId: "other" })).toBe(true);
  // The user has signed in again since.
  expect(await store.hasEnded({ ...session, sessionId: "other", issuedAt: issuedAt + 3600 })).toBe(false);
});
