import { env } from "cloudflare:workers";
import { expect, it, vi } from "vitest";
import instructions from "../../docs/backup.md?raw";
import searchIndex from "../../migrations/0003_account_search.sql?raw";
import { examplesForTest } from "../../scripts/check/examples/examples-for-test.ts";
import { readMarkdown } from "../../scripts/check/examples/read-markdown.ts";
import { statementsOf } from "../../scripts/shared/migration-statements.ts";
import { type Dump, dumpDatabase } from "../support/database-rows.ts";
import { createTestClock, startService } from "../support/service.ts";
import {
  logIn,
  PASSWORD,
  registerAndVerify,
  registerVerifyAndLogIn,
  signedInAs,
  tokenMailedTo,
  usersApiAs,
} from "../support/users.ts";

// Runs the steps of docs/backup.md on a database that the test restores as Time Travel does.

vi.spyOn(console, "error").mockImplementation(() => undefined);

const takeExample = examplesForTest("flows/restore-drill", [readMarkdown("docs/backup.md", instructions)]);
const statementsIn = (name: string) =>
  takeExample(name)
    .code.split(/;\s*$/m)
    .filter((sql) => sql.trim() !== "");
const run = async (name: string) => {
  for (const sql of statementsIn(name)) await env.DB.prepare(sql).run();
};

/** Replaces all rows by those of a dump. */
async function restore(dump: Dump): Promise<void> {
  const deletes = [...(await dumpDatabase(env.DB)).keys()].map((table) =>
    env.DB.prepare(`DELETE FROM "${table}"`),
  );
  const inserts = [...dump].flatMap(([table, rows]) =>
    rows.map((row) => {
      const columns = Object.keys(row).map((name) => `"${name}"`);
      const placeholders = columns.map(() => "?").join(", ");
      const insert = `INSERT INTO "${table}" (${columns.join(", ")}) VALUES (${placeholders})`;
      return env.DB.prepare(insert).bind(...Object.values(row));
    }),
  );
  const defer = env.DB.prepare("PRAGMA defer_foreign_keys = ON");
  await env.DB.batch([defer, ...deletes, ...inserts]);
}

// The restore point in docs/backup.md.
const service = startService({ clock: createTestClock(Date.parse("2026-11-20T09:00:00Z")) });

it("restores the database by docs/backup.md, ends all sessions and invalidates all email tokens", async () => {
  const root = await signedInAs(service, "superuser");
  const [deleted, signedOut] = [await registerAndVerify(service), await registerVerifyAndLogIn(service)];
  await service.post("/forgot-password", { email: deleted.email });
  const link = await tokenMailedTo(service, deleted.email);
  const dump = await dumpDatabase(env.DB);
  service.clock.advance(60_000);
  const { call } = usersApiAs(service, root);
  const { data } = (await call("GET", `?search=${deleted.email}`)).body;
  const { id } = data.users[0];
  expect((await call("POST", `/${id}/deactivate`)).status).toBe(200);
  expect((await call("DELETE", `/${id}`)).status).toBe(200);
  expect((await service.post("/logout", {}, signedOut.token)).status).toBe(200);

  const saved = await env.DB.prepare(statementsIn("what-must-not-be-undone")[0] ?? "").all();
  expect(saved.results.map(({ type }) => type)).toEqual(["account_deactivated", "account_deleted"]);
  expect(saved.results).toMatchObject([{ account_id: id, actor_id: root.id }, { actor_id: root.id }]);

  await restore(dump);
  expect((await service.get("/me", signedOut.token)).status).toBe(200);
  await run("end-sessions");
  expect((await service.get("/me", signedOut.token)).status).toBe(401);
  const { refreshToken } = signedOut;
  expect((await service.post("/refresh", { refreshToken })).status).toBe(401);
  expect((await service.get(`/reset-password?token=${link}`)).status).toBe(200);
  await run("void-links");
  expect((await service.get(`/reset-password?token=${link}`)).status).toBe(400);
  // The restored account is found: the triggers restored the search index with the table.
  await logIn(service, deleted.email);
  const admin = usersApiAs(service, await signedInAs(service, "superuser"));
  expect((await admin.call("GET", `?search=${deleted.email}`)).body.data.users).toMatchObject([{ id }]);
});

it("drops and recreates the search index for an export while sign-in keeps working", async () => {
  const { call } = usersApiAs(service, await signedInAs(service, "admin"));
  const { email } = await registerAndVerify(service);
  await run("drop-search");
  const countVirtualTables = "SELECT count(*) AS n FROM sqlite_schema WHERE sql LIKE 'CREATE VIRTUAL%'";
  expect(await env.DB.prepare(countVirtualTables).first("n")).toBe(0);
  expect((await call("GET", `?search=${email}`)).status).toBe(503);
  expect((await service.post("/login", { email, password: PASSWORD })).status).toBe(200);
  for (const sql of statementsOf(searchIndex)) await env.DB.prepare(sql).run();
  expect((await call("GET", `?search=${email}`)).body.data.users).toMatchObject([{ email }]);
});
