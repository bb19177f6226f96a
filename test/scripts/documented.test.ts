import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { Example } from "../../scripts/check/examples/example.ts";
import { leftTo } from "../../scripts/check/examples/left-to.ts";
import { readPages } from "../../scripts/check/examples/pages.ts";
import { readDeployment } from "../../scripts/deploy/deployment.ts";
import { judgeVariables } from "../../scripts/deploy/judge-variables.ts";
import { openDocumentedHouse } from "./documented-deployment.ts";
import type { Ended } from "./run-script.ts";

// What README and docs tell whoever has a deployment to type, in order, from the first deployment on: against a stand-in
// for Cloudflare's API. Each test goes on where the one before has left the account.

const pages = readPages();
const take = leftTo("scripts/documented", pages.values());
const code = (name: string) => take(name).code;

let house: Awaited<ReturnType<typeof openDocumentedHouse>>;
beforeAll(async () => {
  // "`routes` has to stand above the first `[table]` of the file", it says.
  const [routes = "", vars = ""] = code("say-who-you-are").split(/^(?=\[vars\])/m);
  house = await openDocumentedHouse({ above: routes, below: `${vars}\n${code("staging")}` });
  // Before the minute that docs/backup.md goes back to.
  house.account.now = () => Date.parse("2026-11-20T08:00:00Z");
});
afterAll(() => house?.close());

/** What a block has done to the account, and what it said; it has to come to a good end. */
async function deedsOf(ran: Promise<Ended>): Promise<{ out: string; deeds: string[] }> {
  const before = house.account.deeds.length;
  const { code: exit, out, err } = await ran;
  expect(exit, out + err).toBe(0);
  return { out, deeds: house.account.deeds.slice(before) };
}

const secretOf = (worker: string, name: string) => house.account.workers.get(worker)?.secrets.get(name);

it("deploys for the first time, by README as by docs/deploy.md", async () => {
  expect(code("deploy-it")).toBe(code("first-deployment"));
  const { out, deeds } = await deedsOf(house.type(code("first-deployment"), "re_example"));
  const migrated = deeds.filter((deed) => deed.startsWith("migrate"));
  expect(migrated.length).toBeGreaterThanOrEqual(5);
  // The first is the Worker that `secret put` makes, to hold it.
  expect(deeds).toEqual([
    ...["deploy", "set MAIL_API_KEY of gatehouse", "make D1 gatehouse", ...migrated],
    ...["make KV gatehouse-kv", "make R2 gatehouse-avatars", "deploy"],
  ]);
  expect(secretOf("gatehouse", "MAIL_API_KEY")).toBe("re_example");
  expect(secretOf("gatehouse", "AUTH_SECRET")).toMatch(/^[\w-]{64}$/);
  expect(out).toContain("Made a random AUTH_SECRET");
  // Nobody was at a terminal, so it is in no log.
  expect(out).not.toContain(secretOf("gatehouse", "AUTH_SECRET"));
  expect([...house.account.domains]).toEqual(["auth.example.com"]);
});

it("makes a staging of its own, and upgrades by way of it, with nothing made twice", async () => {
  const [put = "", deploy = ""] = code("deploy-staging").trim().split("\n");
  // The second line is how an upgrade begins: it is typed once.
  expect(code("upgrade").split("\n")[0]).toBe(deploy);
  const { out, deeds } = await deedsOf(house.type(`${put}\n${code("upgrade")}`, "re_staging"));
  expect(deeds).toContain("make D1 gatehouse-staging");
  expect(deeds.slice(-2)).toEqual(["deploy gatehouse-staging", "deploy"]);
  expect(secretOf("gatehouse-staging", "MAIL_API_KEY")).toBe("re_staging");
  expect(secretOf("gatehouse-staging", "AUTH_SECRET")).not.toBe(secretOf("gatehouse", "AUTH_SECRET"));
  expect(out.match(/Made a random AUTH_SECRET/g)).toHaveLength(1);
  expect(out.match(/The database is up to date\./g)).toHaveLength(1);
});

it("puts the version before back, and the database to a minute", async () => {
  const { out, deeds } = await deedsOf(house.type(code("roll-back")));
  expect(deeds).toEqual(["roll gatehouse back to v2"]);
  expect(out).toMatch(/Message: +sign-in fails/);
  const database = house.account.databases.get("gatehouse");
  const name = "SELECT name FROM accounts";
  database?.query(INSERT_ADA);
  house.account.now = () => Date.parse("2026-11-20T09:00:01Z");
  database?.query("UPDATE accounts SET name = 'Changed too late'");
  const back = await deedsOf(house.type(code("go-back")));
  expect(back.deeds).toEqual(["restore gatehouse"]);
  expect(back.out).toMatch(/To undo this operation, you can restore to the previous bookmark: 0/);
  expect(database?.query(name)).toEqual([{ name: "Ada" }]);
});

it("exports the database as a file, once the search index is down, and makes the index anew", async () => {
  const database = house.account.databases.get("gatehouse");
  const virtual = "SELECT count(*) AS n FROM sqlite_schema WHERE sql LIKE 'CREATE VIRTUAL%'";
  expect(database?.query(virtual)).toEqual([{ n: 1 }]);
  expect(() => database?.export()).toThrow("Virtual Tables");
  writeFileSync(
    join(house.path, "drop-search.sql"),
    pages.get("docs/backup.md")?.examples.find(isDropSearch)?.code ?? "",
  );
  const { deeds } = await deedsOf(house.type(code("export")));
  expect(deeds).toEqual(["import into gatehouse", "export gatehouse", "import into gatehouse"]);
  expect(database?.query(virtual)).toEqual([{ n: 1 }]);
  const file = readFileSync(join(house.path, "gatehouse.sql"), "utf8");
  const copy = new DatabaseSync(":memory:");
  copy.exec(file);
  expect(copy.prepare("SELECT name FROM accounts").all()).toEqual([{ name: "Ada" }]);
});

const isDropSearch = ({ mark }: Example) => mark?.kind === "run-by" && mark.name === "drop-search";

const rotating = () => ({
  current: secretOf("gatehouse", "AUTH_SECRET"),
  previous: secretOf("gatehouse", "AUTH_SECRET_PREVIOUS"),
});

/** The file that a block says it wants outside of the project, as the block itself shows it. */
function writeSecrets(block: string, [fresh, old]: readonly [string, string]): void {
  const [, shown = ""] = /secrets\.json +# (\{.*\})$/m.exec(block) ?? [];
  writeFileSync(join(house.path, "../secrets.json"), shown.replace("<new>", fresh).replace("<old>", old));
}

it("announces another AUTH_SECRET, and switches to it with both values in one request", async () => {
  const old = rotating().current ?? "";
  const announced = await deedsOf(house.type(code("announce"), "a new root secret, 32 bytes or more"));
  expect(announced.out).toMatch(/^[A-Za-z0-9+/]{64}$/m);
  expect(rotating()).toEqual({ current: old, previous: "a new root secret, 32 bytes or more" });
  const switching = code("switch");
  writeSecrets(switching, ["a new root secret, 32 bytes or more", old]);
  const { deeds } = await deedsOf(house.type(switching));
  expect(deeds).toEqual(["set AUTH_SECRET, AUTH_SECRET_PREVIOUS of gatehouse"]);
  expect(rotating()).toEqual({ current: "a new root secret, 32 bytes or more", previous: old });
});

it("after a leak leaves the new secret alone, no key that the old one sealed, and no session", async () => {
  const database = house.account.databases.get("gatehouse");
  database?.query(
    "INSERT INTO signing_keys (kid, public_jwk, sealed_private_jwk, sealed_by, signs_from, signs_until, created_at) VALUES ('a', '{}', 'x', 'old', 1, 9, 1), ('b', '{}', 'x', 'new', 2, 9, 2)",
  );
  const leaked = code("after-a-leak");
  writeSecrets(leaked, ["another root secret, 32 bytes or more", ""]);
  house.asked.length = 0;
  const { deeds } = await deedsOf(house.type(leaked));
  expect(deeds).toEqual(["set AUTH_SECRET, AUTH_SECRET_PREVIOUS of gatehouse"]);
  expect(rotating()).toEqual({ current: "another root secret, 32 bytes or more", previous: undefined });
  expect(house.asked).toEqual(["/.well-known/jwks.json"]);
  expect(database?.query("SELECT kid FROM signing_keys")).toEqual([{ kid: "b" }]);
  expect(database?.query("SELECT count(*) AS n FROM sessions WHERE revoked_at IS NULL")).toEqual([{ n: 0 }]);
});

it("deploys from CI by the command of an upgrade, with what is given here, after what is this very run", () => {
  const workflow = code("from-ci");
  const runs = [...workflow.matchAll(/^ +- run: (.+)$/gm)].map(([, command = ""]) => command);
  expect(runs).toEqual([".ci/run", code("upgrade").trim().split("\n").at(-1)]);
  expect(existsSync(runs[0] ?? "")).toBe(true);
  const given = [...workflow.matchAll(/^ +(\w+): \$\{\{ secrets\.(\w+) \}\}$/gm)];
  expect(given.map(([, name]) => name)).toEqual(given.map(([, , secret]) => secret));
  expect(Object.keys(house.login)).toEqual(expect.arrayContaining(given.map(([, name]) => name)));
  expect(given).toHaveLength(2);
});

it("takes the lines for Cloudflare's own mail for a whole configuration of it", async () => {
  const [binding = "", vars = ""] = code("send-email").split(/^(?=\[vars\])/m);
  const { vars: variables, config } = await configOf(
    `${binding}\n${vars}PUBLIC_URL = "https://auth.example.com"\n`,
  );
  expect(judgeVariables({ variables, secrets: ["AUTH_SECRET"] })).toEqual([]);
  expect(config.send_email).toMatchObject([{ name: "SEND_EMAIL" }]);
});

function configOf(lines: string) {
  const config = join(house.path, "own-mail.toml");
  writeFileSync(config, `${readFileSync("wrangler.toml", "utf8")}\n${lines}`);
  return readDeployment({ config, env: undefined });
}

const INSERT_ADA = `INSERT INTO accounts (id, email, email_key, name, role, status, created_at, updated_at)
  VALUES ('a', 'ada@example.com', 'ada@example.com', 'Ada', 'user', 'active', 1, 1)`;
