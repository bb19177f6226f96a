import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { expect, it as plain } from "vitest";
import type { Example } from "../../scripts/check/examples/example.ts";
import { examplesForTest } from "../../scripts/check/examples/examples-for-test.ts";
import { readPages } from "../../scripts/check/examples/pages.ts";
import { readDeployment } from "../../scripts/deploy/deployment.ts";
import { judgeVariables } from "../../scripts/deploy/judge-variables.ts";
import { deployGatehouse } from "./cloudflare/deployed-account.ts";
import { createDocumentedDeployment } from "./documented-deployment.ts";

// The deployment commands of README and docs, against a fake of Cloudflare's API. Each test has an account of its own.

const pages = readPages();
const take = examplesForTest("scripts/documented", pages.values());
const code = (name: string) => take(name).code;

type Deployment = Awaited<ReturnType<typeof createDocumentedDeployment>>;

/** An installation with the documented configuration, and an account of its own, empty. */
const it = plain.extend("deployment", async ({ task: _ }, { onCleanup }): Promise<Deployment> => {
  // The page says that `routes` must be above the first [table] of the file.
  const [routes = "", vars = ""] = code("say-who-you-are").split(/^(?=\[vars\])/m);
  const deployment = await createDocumentedDeployment({
    above: routes,
    below: `${vars}\n${code("staging")}`,
  });
  onCleanup(() => deployment.close());
  // Before the time that docs/backup.md restores.
  deployment.account.now = () => Date.parse("2026-11-20T08:00:00Z");
  return deployment;
});

/** Deploys the Worker with these secrets, without wrangler. Returns its database. */
const deployWorker = ({ account }: Deployment, secrets: Readonly<Record<string, string>> = {}) =>
  deployGatehouse(account, { AUTH_SECRET: OLD_SECRET, MAIL_API_KEY: "re_example", ...secrets });

const OLD_SECRET = "the first root secret, 32 bytes or more";
const NEW_SECRET = "a new root secret, 32 bytes or more";

/** Expects the block to succeed. Returns its output and its changes to the account. */
async function run({ account, type }: Deployment, block: string, typed?: string) {
  const before = account.changes.length;
  const { code: exit, out, err } = await type(block, typed);
  expect(exit, out + err).toBe(0);
  return { out, changes: account.changes.slice(before) };
}

const secretOf = ({ account }: Deployment, worker: string, name: string) =>
  account.workers.get(worker)?.secrets.get(name);

it("deploys for the first time with the same commands in README and docs/deploy.md", async ({
  deployment,
}) => {
  expect(code("deploy-it")).toBe(code("first-deployment"));
  const { out, changes } = await run(deployment, code("first-deployment"), "re_example");
  const migrated = changes.filter((change) => change.startsWith("migrate"));
  expect(migrated.length).toBeGreaterThanOrEqual(5);
  // `secret put` first deploys a Worker to hold the secret.
  expect(changes).toEqual([
    ...["deploy", "set MAIL_API_KEY of gatehouse", "create D1 gatehouse", ...migrated],
    ...["create KV gatehouse-kv", "create R2 gatehouse-avatars", "deploy"],
  ]);
  expect(secretOf(deployment, "gatehouse", "MAIL_API_KEY")).toBe("re_example");
  expect(secretOf(deployment, "gatehouse", "AUTH_SECRET")).toMatch(/^[\w-]{64}$/);
  expect(out).toContain("Generated a random AUTH_SECRET");
  // Without a terminal the secret is not printed.
  expect(out).not.toContain(secretOf(deployment, "gatehouse", "AUTH_SECRET"));
  expect([...deployment.account.domains]).toEqual(["auth.example.com"]);
});

it("creates a staging deployment and upgrades it before production, without creating anything twice", async ({
  deployment,
}) => {
  deployWorker(deployment);
  const [put = "", deploy = ""] = code("deploy-staging").trim().split("\n");
  // The upgrade begins with the second line, so the test types it once.
  expect(code("upgrade").split("\n")[0]).toBe(deploy);
  const { out, changes } = await run(deployment, `${put}\n${code("upgrade")}`, "re_staging");
  expect(changes).toContain("create D1 gatehouse-staging");
  expect(changes.slice(-2)).toEqual(["deploy gatehouse-staging", "deploy"]);
  expect(secretOf(deployment, "gatehouse-staging", "MAIL_API_KEY")).toBe("re_staging");
  expect(secretOf(deployment, "gatehouse-staging", "AUTH_SECRET")).not.toBe(
    secretOf(deployment, "gatehouse", "AUTH_SECRET"),
  );
  expect(out.match(/Generated a random AUTH_SECRET/g)).toHaveLength(1);
  expect(out.match(/The database is up to date\./g)).toHaveLength(1);
});

it("rolls back to the previous version, and restores the database to a point in time", async ({
  deployment,
}) => {
  const database = deployWorker(deployment);
  const { out, changes } = await run(deployment, code("roll-back"));
  expect(changes).toEqual(["roll gatehouse back to v2"]);
  expect(out).toMatch(/Message: +sign-in fails/);
  const name = "SELECT name FROM accounts";
  database.query(INSERT_ADA);
  deployment.account.now = () => Date.parse("2026-11-20T09:00:01Z");
  database.query("UPDATE accounts SET name = 'Changed too late'");
  const back = await run(deployment, code("go-back"));
  expect(back.changes).toEqual(["restore gatehouse"]);
  expect(back.out).toMatch(/To undo this operation, you can restore to the previous bookmark: 0/);
  expect(database.query(name)).toEqual([{ name: "Ada" }]);
});

it("exports the database without its search index, and rebuilds the index", async ({ deployment }) => {
  const database = deployWorker(deployment);
  database.query(INSERT_ADA);
  const virtual = "SELECT count(*) AS n FROM sqlite_schema WHERE sql LIKE 'CREATE VIRTUAL%'";
  expect(database.query(virtual)).toEqual([{ n: 1 }]);
  expect(() => database.export()).toThrow("Virtual Tables");
  writeFileSync(
    join(deployment.path, "drop-search.sql"),
    pages.get("docs/backup.md")?.examples.find(isDropSearch)?.code ?? "",
  );
  const { changes } = await run(deployment, code("export"));
  expect(changes).toEqual(["import into gatehouse", "export gatehouse", "import into gatehouse"]);
  expect(database.query(virtual)).toEqual([{ n: 1 }]);
  const file = readFileSync(join(deployment.path, "gatehouse.sql"), "utf8");
  const copy = new DatabaseSync(":memory:");
  copy.exec(file);
  expect(copy.prepare("SELECT name FROM accounts").all()).toEqual([{ name: "Ada" }]);
});

const isDropSearch = ({ mark }: Example) => mark?.kind === "run-by" && mark.name === "drop-search";

const rotating = (deployment: Deployment) => ({
  current: secretOf(deployment, "gatehouse", "AUTH_SECRET"),
  previous: secretOf(deployment, "gatehouse", "AUTH_SECRET_PREVIOUS"),
});

/** Writes the secrets.json that the block shows, outside of the project. */
function writeSecrets({ path }: Deployment, block: string, [current, old]: readonly [string, string]): void {
  const [, shown = ""] = /secrets\.json +# (\{.*\})$/m.exec(block) ?? [];
  writeFileSync(join(path, "../secrets.json"), shown.replace("<new>", current).replace("<old>", old));
}

it("announces a new AUTH_SECRET, and switches to it with both values in one request", async ({
  deployment,
}) => {
  deployWorker(deployment);
  const announced = await run(deployment, code("announce"), NEW_SECRET);
  expect(announced.out).toMatch(/^[A-Za-z0-9+/]{64}$/m);
  expect(rotating(deployment)).toEqual({ current: OLD_SECRET, previous: NEW_SECRET });
  const switching = code("switch");
  writeSecrets(deployment, switching, [NEW_SECRET, OLD_SECRET]);
  const { changes } = await run(deployment, switching);
  expect(changes).toEqual(["set AUTH_SECRET, AUTH_SECRET_PREVIOUS of gatehouse"]);
  expect(rotating(deployment)).toEqual({ current: NEW_SECRET, previous: OLD_SECRET });
});

it("after a leak, keeps only the new secret, its signing keys, and no session", async ({ deployment }) => {
  const database = deployWorker(deployment, { AUTH_SECRET: NEW_SECRET, AUTH_SECRET_PREVIOUS: OLD_SECRET });
  database.query(
    "INSERT INTO signing_keys (kid, public_jwk, sealed_private_jwk, sealed_by, signs_from, signs_until, created_at) VALUES ('a', '{}', 'x', 'old', 1, 9, 1), ('b', '{}', 'x', 'new', 2, 9, 2)",
  );
  const leaked = code("after-a-leak");
  writeSecrets(deployment, leaked, ["another root secret, 32 bytes or more", ""]);
  deployment.requests.length = 0;
  const { changes } = await run(deployment, leaked);
  expect(changes).toEqual(["set AUTH_SECRET, AUTH_SECRET_PREVIOUS of gatehouse"]);
  expect(rotating(deployment)).toEqual({
    current: "another root secret, 32 bytes or more",
    previous: undefined,
  });
  expect(deployment.requests).toEqual(["/.well-known/jwks.json"]);
  expect(database.query("SELECT kid FROM signing_keys")).toEqual([{ kid: "b" }]);
  expect(database.query("SELECT count(*) AS n FROM sessions WHERE revoked_at IS NULL")).toEqual([{ n: 0 }]);
});

it("deploys from CI with the upgrade command, after .ci/run and with the login variables", async ({
  deployment,
}) => {
  const workflow = code("from-ci");
  const runs = [...workflow.matchAll(/^ +- run: (.+)$/gm)].map(([, command = ""]) => command);
  expect(runs).toEqual([".ci/run", code("upgrade").trim().split("\n").at(-1)]);
  expect(existsSync(runs[0] ?? "")).toBe(true);
  const given = [...workflow.matchAll(/^ +(\w+): \$\{\{ secrets\.(\w+) \}\}$/gm)];
  expect(given.map(([, name]) => name)).toEqual(given.map(([, , secret]) => secret));
  expect(Object.keys(deployment.login)).toEqual(expect.arrayContaining(given.map(([, name]) => name)));
  expect(given).toHaveLength(2);
});

it("accepts the documented configuration for Cloudflare's own mail", async ({ deployment }) => {
  const [binding = "", vars = ""] = code("send-email").split(/^(?=\[vars\])/m);

  const { vars: variables, config } = await configOf(
    deployment.path,
    `${binding}\n${vars}PUBLIC_URL = "https://auth.example.com"\n`,
  );
  expect(judgeVariables({ variables, secrets: ["AUTH_SECRET"] })).toEqual([]);
  expect(config.send_email).toMatchObject([{ name: "SEND_EMAIL" }]);
});

function configOf(path: string, lines: string) {
  const config = join(path, "own-mail.toml");
  writeFileSync(config, `${readFileSync("wrangler.toml", "utf8")}\n${lines}`);
  return readDeployment({ config, env: undefined });
}

const INSERT_ADA = `INSERT INTO accounts (id, email, email_key, name, role, status, created_at, updated_at)
  VALUES ('a', 'ada@example.com', 'ada@example.com', 'Ada', 'user', 'active', 1, 1)`;
