import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { recordD1 } from "../../../support/d1.ts";
import { emptyTables } from "../../../support/database-rows.ts";
import { EVERY_HOUR } from "../../../support/outbox.ts";
import { createTestClock, startService } from "../../../support/service.ts";
import { bytesOfIndex, idsFound, insertAccount, userDirectory } from "../../../support/user-directory.ts";

// Each cron run writes a log line.
vi.spyOn(console, "log").mockImplementation(() => undefined);

beforeEach(() => emptyTables(env.DB));

const sql = (text: string, ...values: unknown[]) =>
  env.DB.prepare(text)
    .bind(...values)
    .run();

const isIntact = () =>
  sql("INSERT INTO account_search (account_search, rank) VALUES ('integrity-check', 1)").then(
    () => true,
    () => false,
  );

describe("the user search index after a change", () => {
  it("finds an account by its new name, address, username, role and status only", async () => {
    const id = await insertAccount({
      email: "old@example.com",
      name: "Olden",
      lastName: "Days",
      username: "oldie",
    });
    await sql(
      "UPDATE accounts SET email = 'new@example.net', name = 'Newton', last_name = NULL, username = 'newbie', role = 'admin', status = 'deactivated'",
    );
    for (const search of ["old@example.com", "olden", "days", "oldie"]) {
      expect(await idsFound({ search }), search).toEqual([]);
    }
    for (const search of ["new@example.net", "newton", "newbie"]) {
      expect(await idsFound({ search }), search).toEqual([id]);
    }
    expect(await idsFound({ role: "admin", status: "deactivated" })).toEqual([id]);
    expect(await idsFound({ role: "user" })).toEqual([]);
    expect(await idsFound({ status: "active" })).toEqual([]);
    expect(await isIntact()).toBe(true);
  });

  it("filters by the role and status of the row, even if a name imitates their index terms", async () => {
    // U+E000 starts the index terms of roles and statuses. A name may contain it too.
    const id = await insertAccount({ name: "\uE000admin \uE000deactivated", role: "user" });
    expect(await idsFound({ role: "admin" })).toEqual([]);
    expect(await idsFound({ status: "deactivated" })).toEqual([]);
    expect(await idsFound({ search: "\uE000admin" })).toEqual([]);
    expect(await idsFound({ role: "user" })).toEqual([id]);
  });

  it("the migration rebuilds the search index from the rows, any number of times", async () => {
    const id = await insertAccount({ name: "Ada" });
    const migration = env.TEST_MIGRATIONS.find(({ name }) => name.includes("account_search"));
    expect(migration?.queries.length).toBeGreaterThan(10);
    for (let run = 0; run < 2; run += 1) {
      await env.DB.batch((migration?.queries ?? []).map((query) => env.DB.prepare(query)));
      expect(await idsFound({ search: "ada", role: "user" })).toEqual([id]);
      expect(await isIntact()).toBe(true);
    }
    expect(await idsFound({ search: "eve" })).toEqual([]);
    await insertAccount({ name: "Eve" });
    expect(await idsFound({ search: "eve" })).toHaveLength(1);
  });
});

describe("the user search index after a deletion", () => {
  const traces = ["quixotically", "zanzibarian", "vexillologist", "xylographer"];
  const account = {
    email: "quixotically@example.com",
    name: "Zanzibarian",
    lastName: "Vexillologist",
    username: "xylographer",
  };

  it.each([
    ["deleted", "DELETE FROM accounts WHERE id = ?"],
    [
      "renamed",
      "UPDATE accounts SET email = 'x@example.com', name = 'X', last_name = 'X', username = 'x' WHERE id = ?",
    ],
  ])("keeps no word of a %s account in the search index", async (_name, change) => {
    for (let n = 0; n < 200; n += 1) await insertAccount({ name: "Ada", lastName: `Number${n}` });
    const id = await insertAccount(account);
    for (let n = 0; n < 200; n += 1) await insertAccount({ name: "Grace" });
    // FTS5 stores a term without the prefix that it shares with the term before, so only the end is certain.
    const before = await bytesOfIndex();
    for (const trace of traces) expect(before).toContain(trace.slice(3));
    await sql(change, id);
    const after = await bytesOfIndex();
    for (const trace of traces) expect(after).not.toContain(trace.slice(3));
    expect(await isIntact()).toBe(true);
  });
});

describe("cleanUp of the user search index", () => {
  /** The words that separate the pages of the index. */
  const separators = async () => {
    const query = "SELECT CAST(substr(term, 2) AS TEXT) AS word FROM account_search_idx";
    return (await env.DB.prepare(query).all<{ word: string }>()).results.map(({ word }) => word);
  };

  it("removes deleted words that are left as separators between index pages", async () => {
    const words = Array.from({ length: 3000 }, (_, n) => `w${1000 + n}`);
    const insert = "INSERT INTO accounts (id, email, email_key, name, role, status, created_at, updated_at)";
    const values = "value, value || '@example.com', value, 'Ada', 'user', 'active', 0, 0";
    await sql(`${insert} SELECT ${values} FROM json_each(?)`, JSON.stringify(words));
    const [deleted = "none"] = (await separators()).filter((word) => words.includes(word));
    await sql("DELETE FROM accounts WHERE id = ?", deleted);
    // Without such a word the test would prove nothing.
    expect(await separators()).toContain(deleted);
    await insertAccount({ name: "Grace" });
    await userDirectory.cleanUp(true);
    for (let hour = 0; hour < 5; hour += 1) await userDirectory.cleanUp(false);
    expect(await separators()).not.toContain(deleted);
    expect(await idsFound({ search: "w" })).toHaveLength(100);
    expect(await isIntact()).toBe(true);
  });

  it("starts to rewrite all pages of the index at three o'clock (UTC), and continues in the other hours", async () => {
    const d1 = recordD1(env.DB);
    const merges = [];
    for (const hour of [2, 3, 4]) {
      const clock = createTestClock(Date.UTC(2030, 0, 1, hour, 17));
      await startService({ clock, env: { DB: d1.db } }).runCron(EVERY_HOUR);
      merges.push(
        ...d1.statements.splice(0).flatMap((statement) => /'merge', (-?\d+)/.exec(statement.sql)?.[1] ?? []),
      );
    }
    expect(merges).toEqual(["1000", "-1000", "1000"]);
  });
});
