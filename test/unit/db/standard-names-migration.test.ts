import { readdirSync, readFileSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { statementsOf } from "../../../scripts/shared/migration-statements.ts";

const MIGRATION = "0008_standard_names.sql";
const RENAMED: Readonly<Record<string, string>> = {
  one_time_links: "email_tokens",
  challenges: "one_time_codes",
  human_proofs: "captcha_proofs",
  social_sign_ins: "oauth_transactions",
  login_codes: "authorization_codes",
  pending_denials: "pending_revocations",
};

type Row = Record<string, string | number | null>;

const db = new DatabaseSync(":memory:");
const migrations = readdirSync("migrations")
  .filter((name) => name.endsWith(".sql"))
  .sort();

const apply = (name: string) => {
  for (const sql of statementsOf(readFileSync(`migrations/${name}`, "utf8"))) db.exec(sql);
};

/** The tables of the schema, without those of SQLite and of the search index. */
const tableNames = () =>
  (db.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").all() as Row[])
    .map(({ name }) => String(name))
    .filter((name) => !name.startsWith("sqlite_") && !name.startsWith("account_search"));

const rowsOf = (table: string) => db.prepare(`SELECT * FROM "${table}" ORDER BY rowid`).all() as Row[];

/** Inserts a row with a distinct value in every column. */
function insertRow(table: string, number: number): void {
  const columns = db.prepare(`PRAGMA table_info("${table}")`).all() as Row[];
  const values = columns.map(({ name, type }) =>
    type === "integer" ? 1000 + number : name === "type" ? eventType(number) : `${table}-${name}-${number}`,
  );
  const names = columns.map(({ name }) => `"${name}"`).join(", ");
  db.prepare(`INSERT INTO "${table}" (${names}) VALUES (${names.replaceAll(/"[^"]+"/g, "?")})`).run(
    ...values,
  );
}

const eventType = (number: number) => (number === 2 ? "second_step_chosen" : "signed_in");

let before: Map<string, Row[]>;

describe("migration 0008", () => {
  beforeAll(() => {
    for (const name of migrations.slice(0, migrations.indexOf(MIGRATION))) apply(name);
    for (const table of tableNames()) for (const number of [1, 2, 3]) insertRow(table, number);
    before = new Map(tableNames().map((table) => [table, rowsOf(table)]));
    apply(MIGRATION);
  });
  // Each test changes what the migration left, and takes it back.
  beforeEach(() => db.exec("SAVEPOINT test"));
  afterEach(() => db.exec("ROLLBACK TO test; RELEASE test"));

  it("keeps every row of every table under the table's new name", () => {
    expect(before.size).toBeGreaterThan(15);
    for (const [table, rows] of before) {
      const expected = rows.map((row) =>
        row.type === "second_step_chosen" ? { ...row, type: "second_factor_changed" } : row,
      );
      expect(rowsOf(RENAMED[table] ?? table), table).toEqual(expected);
    }
    expect(tableNames()).toHaveLength(before.size);
  });

  it("renames the stored audit events of the second factor and no others", () => {
    expect(rowsOf("audit_events").map(({ type }) => type)).toEqual([
      "signed_in",
      "second_factor_changed",
      "signed_in",
    ]);
  });

  it("keeps the trigger that records revoked sessions", () => {
    db.exec("UPDATE sessions SET revoked_at = NULL, idle_expires_at = 5000");
    db.exec("UPDATE sessions SET revoked_at = 2000 WHERE id = 'sessions-id-1'");
    expect(rowsOf("pending_revocations").at(-1)).toMatchObject({ session_id: "sessions-id-1" });
  });

  it("leaves no index with an old name", () => {
    const names = (db.prepare("SELECT name FROM sqlite_schema WHERE type = 'index'").all() as Row[])
      .map(({ name }) => String(name))
      .filter((name) => Object.keys(RENAMED).some((old) => name.startsWith(old)));
    expect(names).toEqual([]);
  });
});
