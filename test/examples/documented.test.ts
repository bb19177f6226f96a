import { spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import own from "../../package.json" with { type: "json" };
import { leftTo } from "../../scripts/check/examples/left-to.ts";
import { readPages } from "../../scripts/check/examples/pages.ts";
import { type Documented, memberOf, openDocumented, PASSWORD } from "./documented.ts";

// What docs/ and the example's README show, as it stands there: built, bound by the configuration beside it, and held to
// what the text says that it does.

const take = leftTo("examples/documented", readPages().values());
const code = (name: string) => take(name).code;

/** What a reader writes around a function that a page shows. */
const WHO_IS = `import { whoIs } from "./shown.ts";
export default {
  async fetch(request, env) {
    const token = request.headers.get("Authorization") ?? "";
    return Response.json({ user: await whoIs(env.AUTH, token), looked: await env.AUTH.getUser(crypto.randomUUID()) });
  },
};`;
const IS_SIGNED_IN = `import { isSignedIn } from "./shown.ts";
export default { fetch: async (request) => Response.json(await isSignedIn(request.headers.get("Authorization") ?? "")) };`;
const IN_BETWEEN = `import app from "./shown.ts";
app.get("/notes", (c) => c.text("Notes of " + c.var.session.name));
export default app;`;

let house: Documented;
beforeAll(async () => {
  house = await openDocumented([
    { name: "reports", config: code("service-binding"), files: { "src/index.ts": code("guarded") } },
    {
      name: "asking",
      config: code("verify-only"),
      files: { "index.ts": WHO_IS, "shown.ts": code("who-is") },
    },
    { name: "app", config: code("notes-binding"), files: { "index.ts": code("signing-in") } },
    {
      name: "heart",
      config: code("notes-binding"),
      files: { "index.ts": IN_BETWEEN, "shown.ts": code("notes-heart") },
    },
    { name: "far", config: "", files: { "index.ts": IS_SIGNED_IN, "shown.ts": code("over-https") } },
  ]);
});
afterAll(() => house?.close());

const ask = (worker: string, path: string, headers: Record<string, string> = {}) =>
  house.reach(new URL(house.originOf(worker) + path), { headers, redirect: "manual" });
const bearer = (token: string) => ({ Authorization: `Bearer ${token}` });

describe("docs/workers.md", () => {
  it("installs the wrangler that this repository runs: others far from it do not find its Workers", () => {
    const { node, wrangler } = own.devDependencies;
    expect(code("install-wrangler").trim()).toBe(
      `npm install -D node@${node.split(".")[0]} wrangler@${wrangler}`,
    );
  });

  it("lets in whoever brings a token for this Worker, and for its role, over the binding that it shows", async () => {
    const ada = await memberOf(house);
    const token = await ada.tokenFor("notes");
    expect(await (await ask("reports", "/", bearer(token))).text()).toBe("Hello, Ada");
    for (const headers of [{}, bearer("garbage"), bearer(await ada.tokenFor("gatehouse"))]) {
      const refused = await ask("reports", "/", headers);
      expect([refused.status, refused.headers.get("WWW-Authenticate")]).toEqual([
        401,
        expect.stringMatching(/^Bearer/),
      ]);
    }
    expect((await ask("reports", "/reports", bearer(token))).status).toBe(403);
    await house.query("UPDATE accounts SET role = 'admin' WHERE email = ?", ada.email);
    const admin = await ask("reports", "/reports", bearer(await ada.tokenFor("notes")));
    expect([admin.status, await admin.text()]).toEqual([200, "for admins and superusers"]);
  });

  it("asks strictly without Hono, by a binding that may do no more than verify", async () => {
    const ada = await memberOf(house);
    const Authorization = await ada.tokenFor("notes");
    const who = async (token: string) => (await ask("asking", "/", { Authorization: token })).json();
    const looked = { ok: false, reason: "forbidden" };
    expect(await who(Authorization)).toEqual({ user: expect.stringMatching(/^[0-9a-f-]{36}$/), looked });
    await house.query(
      "UPDATE sessions SET revoked_at = 1 WHERE account_id = (SELECT id FROM accounts WHERE email = ?)",
      ada.email,
    );
    // At once, though nothing in KV says so.
    expect(await who(Authorization)).toEqual({ user: null, looked });
    expect(await who("garbage")).toEqual({ user: null, looked });
  });

  it("verifies by the published keys alone", async () => {
    const ada = await memberOf(house);
    const is = async (token: string) => (await ask("far", "/", { Authorization: token })).json();
    expect(await is(await ada.tokenFor("notes"))).toBe(true);
    expect(await is(await ada.tokenFor("gatehouse"))).toBe(false);
    expect(await is("garbage")).toBe(false);
  });
});

describe.each([
  ["docs/workers.md", "app", "Hello, Ada"],
  ["examples/notes/README.md", "heart", "Notes of Ada"],
])("the app of %s", (_page, name, greeting) => {
  it("sends people to the pages, has them back signed in, and ends their session", async () => {
    const { email } = await memberOf(house);
    const surfer = house.newSurfer();
    const app = house.originOf(name);
    expect((await ask(name, "/notes")).status).toBe(401);
    const signIn = await surfer.visit(`${app}/notes?page=2`);
    expect(signIn.url.href).toMatch(`${house.origin}/sign-in?`);
    const notes = await surfer.submit(signIn, "/sign-in", { email, password: PASSWORD });
    expect([notes.url.href, notes.text]).toEqual([`${app}/notes?page=2`, greeting]);
    const form = {
      method: "POST",
      headers: { "Sec-Fetch-Site": "same-origin", Cookie: cookies(surfer.jarOf(app)) },
    };
    const out = await house.reach(new URL(`${app}/sign-out`), { ...form, redirect: "manual" });
    expect([out.status, out.headers.get("Location")]).toEqual([
      303,
      `${house.origin}/sign-out?returnTo=${encodeURIComponent(`${app}/signed-in`)}`,
    ]);
    expect((await ask(name, "/notes", { Cookie: form.headers.Cookie, Accept: "text/html" })).status).toBe(
      303,
    );
  });
});

const cookies = (jar: Map<string, string>) =>
  Array.from(jar, ([name, value]) => `${name}=${value}`).join("; ");

it("the app of docs/workers.md greets everybody at its door, and keeps admins' pages to admins", async () => {
  const { email } = await memberOf(house);
  const surfer = house.newSurfer();
  const app = house.originOf("app");
  expect((await surfer.visit(app)).text).toBe("Hello, whoever you are");
  await surfer.submit(await surfer.visit(`${app}/notes`), "/sign-in", { email, password: PASSWORD });
  expect((await surfer.visit(app)).text).toBe("Hello, Ada");
  expect((await surfer.visit(`${app}/notes/all`)).status).toBe(403);
});

/** Beside the service, which is of this very process. */
async function runNode(file: string): Promise<{ out: string; err: string }> {
  const child = spawn(process.execPath, [file], { stdio: ["ignore", "pipe", "pipe"] });
  const [out, err] = await Promise.all([child.stdout, child.stderr].map((stream) => text(stream)));
  return { out: out ?? "", err: err ?? "" };
}

describe("docs/api.md", () => {
  it("signs in by the typed client, and names what was refused", async () => {
    const { email } = await memberOf(house);
    const file = join(house.directory, "client.ts");
    const run = (password: string) => {
      const given = `const email = ${JSON.stringify(email)}, password = ${JSON.stringify(password)};\n`;
      writeFileSync(file, given + house.here(code("typed-client")));
      return file;
    };
    const good = await runNode(run(PASSWORD));
    expect([good.err, good.out]).toEqual(["", expect.stringMatching(/^eyJ[\w-]+\.[\w-]+\.[\w-]+\n$/)]);
    const bad = await runNode(run("wrong"));
    expect([bad.out, bad.err]).toEqual(["", "invalid_credentials Invalid email or password\n"]);
  });
});

describe("docs/observability.md", () => {
  it("shows the report of /healthz/deep as it is", async () => {
    const answer = await house.reach(new URL(`${house.origin}/healthz/deep`));
    const { data, ...rest } = (await answer.json()) as { data: { checks: Record<string, object> } };
    const shown = JSON.parse(code("deep-health"));
    expect(Object.keys({ ...rest, data })).toEqual(Object.keys(shown));
    expect(Object.keys(data)).toEqual(Object.keys(shown.data));
    expect(data).toMatchObject({
      status: shown.data.status,
      checkedAt: expect.stringMatching(/^\d{4}-.*Z$/),
    });
    expect(Object.keys(data.checks.database ?? {})).toEqual(Object.keys(shown.data.checks.database));
  });
});
