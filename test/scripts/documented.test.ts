import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { Example } from "../../scripts/check/examples/example.ts";
import { examplesForTest } from "../../scripts/check/examples/examples-for-test.ts";
import { readPages } from "../../scripts/check/examples/pages.ts";
import { readDeployment } from "../../scripts/deploy/deployment.ts";
import { judgeVariables } from "../../scripts/deploy/judge-variables.ts";
import { createDocumentedDeployment } from "./documented-deployment.ts";
import type { Exit } from "./run-script.ts";

// The deployment commands of README and docs in order, from the first deployment on, against a fake of Cloudflare's API.
// Each test continues with the account of the previous one.

const pages = readPages();
const take = examplesForTest("scripts/documented", pages.values());
const code = (name: string) => take(name).code;

let deployment: Awaited<ReturnType<typeof createDocumentedDeployment>>;
beforeAll(async () => {
  // The page says that `routes` must be above the first [table] of the file.
  const [routes = "", vars = ""] = code("say-who-you-are").split(/^(?=\[vars\])/m);
  deployment = await createDocumentedDeployment({ above: routes, below: `${vars}\n${code("staging")}` });
  // Before the time that docs/backup.md restores.
  deployment.account.now = () => Date.parse("2026-11-20T08:00:00Z");
});
afterAll(() => deployment?.close());

/** Expects the block to succeed. Returns its output and its changes to the account. */
async function changesOf(run: Promise<Exit>): Promise<{ out: string; changes: string[] }> {
  const before = deployment.account.changes.length;
  const { code: exit, out, err } = await run;
  expect(exit, out + err).toBe(0);
  return { out, changes: deployment.account.changes.slice(before) };
}

const secretOf = (worker: string, name: string) => deployment.account.workers.get(worker)?.secrets.get(name);

it("deploys for the first time with the same commands in README and docs/deploy.md", async () => {
  expect(code("deploy-it")).toBe(code("first-deployment"));
  const { out, changes } = await changesOf(deployment.type(code("first-deployment"), "re_example"));
  const migrated = changes.filter((change) => change.startsWith("migrate"));
  expect(migrated.length).toBeGreaterThanOrEqual(5);
  // `secret put` first deploys a Worker to hold the secret.
  expect(changes).toEqual([
    ...["deploy", "set MAIL_API_KEY of gatehouse", "create D1 gatehouse", ...migrated],
    ...["create KV gatehouse-kv", "create R2 gatehouse-avatars", "deploy"],
  ]);
  expect(secretOf("gatehouse", "MAIL_API_KEY")).toBe("re_example");
  expect(secretOf("gatehouse", "AUTH_SECRET")).toMatch(/^[\w-]{64}$/);
  expect(out).toContain("Generated a random AUTH_SECRET");
  // Without a terminal the secret is not printed.
  expect(out).not.toContain(secretOf("gatehouse", "AUTH_SECRET"));
  expect([...deployment.account.domains]).toEqual(["auth.example.com"]);
});

it("creates a staging deployment and upgrades it before production, without creating anything twice", async () => {
  const [put = "", deploy = ""] = code("deploy-staging").trim().split("\n");
  // The upgrade begins with the second line, so the test types it once.
  expect(code("upgrade").split("\n")[0]).toBe(deploy);
  const { out, changes } = await changesOf(deployment.type(`${put}\n${code("upgrade")}`, "re_staging"));
  expect(changes).toContain("create D1 gatehouse-staging");
  expect(changes.slice(-2)).toEqual(["deploy gatehouse-staging", "deploy"]);
  expect(secretOf("gatehouse-staging", "MAIL_API_KEY")).toBe("re_staging");
  expect(secretOf("gatehouse-staging", "AUTH_SECRET")).not.toBe(secretOf("gatehouse", "AUTH_SECRET"));
  expect(out.match(/Generated a random AUTH_SECRET/g)).toHaveLength(1);
  expect(out.match(/The database is up to date\./g)).toHaveLength(1);
});

it("rolls back to the previous version, and restores the database to a point in time", async () => {
  const { out, changes } = await changesOf(deployment.type(code("roll-back")));
  expect(changes).toEqual(["roll gatehouse back to v2"]);
  expect(out).toMatch(/Message: +sign-in fails/);
  const database = deployment.account.databases.get("gatehouse");
  const name = "SELECT name FROM accounts";
  database?.query(INSERT_ADA);
  deployment.account.now = () => Date.parse("2026-11-20T09:00:01Z");
  database?.query("UPDATE accounts SET name = 'Changed too late'");
  const back = await changesOf(deployment.type(code("go-back")));
  expect(back.changes).toEqual(["restore gatehouse"]);
  expect(back.out).toMatch(/To undo this operation, you can restore to the previous bookmark: 0/);
  expect(database?.query(name)).toEqual([{ name: "Ada" }]);
});

it("exports the database without its search index, and rebuilds the index", async () => {
  const database = deployment.account.databases.get("gatehouse");
  const virtual = "SELECT count(*) AS n FROM sqlite_schema WHERE sql LIKE 'CREATE VIRTUAL%'";
  expect(database?.query(virtual)).toEqual([{ n: 1 }]);
  expect(() => database?.export()).toThrow("Virtual Tables");
  writeFileSync(
    join(deployment.path, "drop-search.sql"),
    pages.get("docs/backup.md")?.examples.find(isDropSearch)?.code ?? "",
  );
  const { changes } = await changesOf(deployment.type(code("export")));
  expect(changes).toEqual(["import into gatehouse", "export gatehouse", "import into gatehouse"]);
  expect(database?.query(virtual)).toEqual([{ n: 1 }]);
  const file = readFileSync(join(deployment.path, "gatehouse.sql"), "utf8");
  const copy = new DatabaseSync(":memory:");
  copy.exec(file);
  expect(copy.prepare("SELECT name FROM accounts").all()).toEqual([{ name: "Ada" }]);
});

const isDropSearch = ({ mark }: Example) => mark?.kind === "run-by" && mark.name === "drop-search";

const rotating = () => ({
  current: secretOf("gatehouse", "AUTH_SECRET"),
  previous: secretOf("gatehouse", "AUTH_SECRET_PREVIOUS"),
});

/** Writes the secrets.json that the block shows, outside of the project. */
function writeSecrets(block: string, [current, old]: readonly [string, string]): void {
  const [, shown = ""] = /secrets\.json +# (\{.*\})$/m.exec(block) ?? [];
  writeFileSync(
    join(deployment.path, "../secrets.json"),
    shown.replace("<new>", current).replace("<old>", old),
  );
}

it("announces a new AUTH_SECRET, and switches to it with both values in one request", async () => {
  const old = rotating().current ?? "";
  const announced = await changesOf(deployment.type(code("announce"), "a new root secret, 32 bytes or more"));
  expect(announced.out).toMatch(/^[A-Za-z0-9+/]{64}$/m);
  expect(rotating()).toEqual({ current: old, previous: "a new root secret, 32 bytes or more" });
  const switching = code("switch");
  writeSecrets(switching, ["a new root secret, 32 bytes or more", old]);
  const { changes } = await changesOf(deployment.type(switching));
  expect(changes).toEqual(["set AUTH_SECRET, AUTH_SECRET_PREVIOUS of gatehouse"]);
  expect(rotating()).toEqual({ current: "a new root secret, 32 bytes or more", previous: old });
});

it("after a leak, keeps only the new secret, its signing keys, and no session", async () => {
  const database = deployment.account.databases.get("gatehouse");
  database?.query(
    "INSERT INTO signing_keys (kid, public_jwk, sealed_private_jwk, sealed_by, signs_from, signs_until, created_at) VALUES ('a', '{}', 'x', 'old', 1, 9, 1), ('b', '{}', 'x', 'new', 2, 9, 2)",
  );
  const leaked = code("after-a-leak");
  writeSecrets(leaked, ["another root secret, 32 bytes or more", ""]);
  deployment.requests.length = 0;
  const { changes } = await changesOf(deployment.type(leaked));
  expect(changes).toEqual(["set AUTH_SECRET, AUTH_SECRET_PREVIOUS of gatehouse"]);
  expect(rotating()).toEqual({ current: "another root secret, 32 bytes or more", previous: undefined });
  expect(deployment.requests).toEqual(["/.well-known/jwks.json"]);
  expect(database?.query("SELECT kid FROM signing_keys")).toEqual([{ kid: "b" }]);
  expect(database?.query("SELECT count(*) AS n FROM sessions WHERE revoked_at IS NULL")).toEqual([{ n: 0 }]);
});

it("deploys from CI with the upgrade command, after .ci/run and with the login variables", () => {
  const workflow = code("from-ci");
  const runs = [...workflow.matchAll(/^ +- run: (.+)$/gm)].map(([, command = ""]) => command);
  expect(runs).toEqual([".ci/run", code("upgrade").trim().split("\n").at(-1)]);
  expect(existsSync(runs[0] ?? "")).toBe(true);
  const given = [...workflow.matchAll(/^ +(\w+): \$\{\{ secrets\.(\w+) \}\}$/gm)];
  expect(given.map(([, name]) => name)).toEqual(given.map(([, , secret]) => secret));
  expect(Object.keys(deployment.login)).toEqual(expect.arrayContaining(given.map(([, name]) => name)));
  expect(given).toHaveLength(2);
});

it("accepts the documented configuration for Cloudflare's own mail", async () => {
  const [binding = "", vars = ""] = code("send-email").split(/^(?=\[vars\])/m);
  const { vars: variables, config } = await configOf(
    `${binding}\n${vars}PUBLIC_URL = "https://auth.example.com"\n`,
  );
  expect(judgeVariables({ variables, secrets: ["AUTH_SECRET"] })).toEqual([]);
  expect(config.send_email).toMatchObject([{ name: "SEND_EMAIL" }]);
});

function configOf(lines: string) {
  const config = join(deployment.path, "own-mail.toml");
  writeFileSync(config, `${readFileSync("wrangler.toml", "utf8")}\n${lines}`);
  return readDeployment({ config, env: undefined });
}

const INSERT_ADA = `INSERT INTO accounts (id, email, email_key, name, role, status, created_at, updated_at)
  VALUES ('a', 'ada@example.com', 'ada@example.com', 'Ada', 'user', 'active', 1, 1)`;
