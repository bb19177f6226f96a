import { env } from "cloudflare:workers";
import { expect, it, vi } from "vitest";
import instructions from "../../docs/backup.md?raw";
import searchIndex from "../../migrations/0003_account_search.sql?raw";
import { leftTo } from "../../scripts/check/examples/left-to.ts";
import { readMarkdown } from "../../scripts/check/examples/read-markdown.ts";
import { statementsOf } from "../../scripts/shared/migration-statements.ts";
import { actingAs, signedInAs } from "../support/admins.ts";
import { type Dump, dumpOf } from "../support/dump.ts";
import { createTestClock, startService } from "../support/service.ts";
import { logIn, member, PASSWORD, signedInMember, tokenMailedTo } from "../support/users.ts";

// docs/backup.md, step by step, on a database that is put back as Time Travel does it.

vi.spyOn(console, "error").mockImplementation(() => undefined);

const take = leftTo("flows/restore-drill", [readMarkdown("docs/backup.md", instructions)]);
const statements = (name: string) =>
  take(name)
    .code.split(/;\s*$/m)
    .filter((sql) => sql.trim() !== "");
const run = async (name: string) => {
  for (const sql of statements(name)) await env.DB.prepare(sql).run();
};

/** Every row as it was then. */
async function putBack(then: Dump): Promise<void> {
  const emptied = [...(await dumpOf(env.DB)).keys()].map((table) => env.DB.prepare(`DELETE FROM "${table}"`));
  const filled = [...then].flatMap(([table, rows]) =>
    rows.map((row) => {
      const columns = Object.keys(row).map((name) => `"${name}"`);
      const marks = columns.map(() => "?").join(", ");
      const insert = `INSERT INTO "${table}" (${columns.join(", ")}) VALUES (${marks})`;
      return env.DB.prepare(insert).bind(...Object.values(row));
    }),
  );
  const defer = env.DB.prepare("PRAGMA defer_foreign_keys = ON");
  await env.DB.batch([defer, ...emptied, ...filled]);
}

// The instant that the page goes back to.
const service = startService({ clock: createTestClock(Date.parse("2026-11-20T09:00:00Z")) });

it("goes back in time as docs/backup.md has it: nobody is left signed in, and nothing that was used is good again", async () => {
  const root = await signedInAs(service, "superuser");
  const [gone, changed] = [await member(service), await signedInMember(service)];
  await service.post("/forgot-password", { email: gone.email });
  const link = await tokenMailedTo(service, gone.email);
  const then = await dumpOf(env.DB);
  service.clock.advance(60_000);
  const { call } = actingAs(service, root);
  const { data } = (await call("GET", `?search=${gone.email}`)).body;
  const { id } = data.users[0];
  expect((await call("POST", `/${id}/deactivate`)).status).toBe(200);
  expect((await call("DELETE", `/${id}`)).status).toBe(200);
  expect((await service.post("/logout", {}, changed.token)).status).toBe(200);

  const saved = await env.DB.prepare(statements("what-must-not-be-undone")[0] ?? "").all();
  expect(saved.results.map(({ type }) => type)).toEqual(["account_deactivated", "account_deleted"]);
  expect(saved.results).toMatchObject([{ account_id: id, actor_id: root.id }, { actor_id: root.id }]);

  await putBack(then);
  expect((await service.get("/me", changed.token)).status).toBe(200);
  await run("end-sessions");
  expect((await service.get("/me", changed.token)).status).toBe(401);
  const { refreshToken } = changed;
  expect((await service.post("/refresh", { refreshToken })).status).toBe(401);
  expect((await service.get(`/reset-password?token=${link}`)).status).toBe(200);
  await run("void-links");
  expect((await service.get(`/reset-password?token=${link}`)).status).toBe(400);
  // The deleted one is there again, and is found: the index of words has gone back with the table.
  await logIn(service, gone.email);
  const again = actingAs(service, await signedInAs(service, "superuser"));
  expect((await again.call("GET", `?search=${gone.email}`)).body.data.users).toMatchObject([{ id }]);
});

it("takes the search index down for an export, and makes it anew, while everything else goes on", async () => {
  const { call } = actingAs(service, await signedInAs(service, "admin"));
  const { email } = await member(service);
  await run("drop-search");
  const virtual = "SELECT count(*) AS n FROM sqlite_schema WHERE sql LIKE 'CREATE VIRTUAL%'";
  expect(await env.DB.prepare(virtual).first("n")).toBe(0);
  expect((await call("GET", `?search=${email}`)).status).toBe(503);
  expect((await service.post("/login", { email, password: PASSWORD })).status).toBe(200);
  for (const sql of statementsOf(searchIndex)) await env.DB.prepare(sql).run();
  expect((await call("GET", `?search=${email}`)).body.data.users).toMatchObject([{ email }]);
});
