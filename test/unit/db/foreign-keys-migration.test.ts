import { readdirSync, readFileSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { statementsOf } from "../../../scripts/shared/migration-statements.ts";

const MIGRATION = "0009_foreign_keys.sql";
const ACCOUNTS = 10_000;

/** Rows of each account, and rows of accounts that do not exist. */
const CHILDREN: Readonly<Record<string, { readonly each: number; readonly orphans: number }>> = {
  email_tokens: { each: 2, orphans: 11 },
  one_time_codes: { each: 2, orphans: 12 },
  sessions: { each: 3, orphans: 13 },
  identities: { each: 2, orphans: 14 },
  authorization_codes: { each: 2, orphans: 15 },
  outbox: { each: 4, orphans: 16 },
};

/** Rows of the tables that the migration leaves alone. Those of `audit_events` belong to accounts, existing and deleted. */
const OTHER_ROWS = 3;
const AUDIT_EVENTS = { each: 2, orphans: 17 };

type Row = Record<string, string | number | null>;

const db = new DatabaseSync(":memory:");
const all = (sql: string) => db.prepare(sql).all() as Row[];
const migrations = readdirSync("migrations")
  .filter((name) => name.endsWith(".sql"))
  .sort();

/** Applies a migration in one transaction, as D1 does. */
function apply(name: string): void {
  db.exec("BEGIN");
  for (const sql of statementsOf(readFileSync(`migrations/${name}`, "utf8"))) db.exec(sql);
  db.exec("COMMIT");
}

/** The tables of the schema, without those of SQLite and of the search index. */
const tableNames = () =>
  all("SELECT name FROM sqlite_schema WHERE type = 'table'")
    .map(({ name }) => String(name))
    .filter((name) => !name.startsWith("sqlite_") && !name.startsWith("account_search"));

const countRows = () =>
  Object.fromEntries(tableNames().map((table) => [table, all(`SELECT count(*) AS n FROM "${table}"`)[0]?.n]));

/** The rows of every hundredth account. */
const sampleOf = (table: string) =>
  all(
    `SELECT * FROM "${table}" WHERE "${table === "accounts" ? "id" : "account_id"}" GLOB 'account-*00' ORDER BY 1`,
  );

/** The SQL of every index, trigger and view, without quotes, by name. */
const schemaObjects = () =>
  Object.fromEntries(
    all("SELECT name, sql FROM sqlite_schema WHERE type <> 'table' AND sql IS NOT NULL").map(
      ({ name, sql }) => [name, String(sql).replaceAll(/[`"]/g, "").replaceAll(/\s+/g, " ")],
    ),
  );

/** Inserts `each` rows for each of `count` owners: a distinct value in every column, and some nulls where the column allows them. */
function insertRows(table: string, owner: string, count: number, each: number): void {
  const columns = all(`PRAGMA table_info("${table}")`);
  const values = columns.map(({ name, type, notnull, pk }) => {
    if (table === "accounts" && name === "id") return "'account-' || n";
    if (name === "account_id") return `'${owner}-' || n`;
    const value =
      type === "integer" ? "1000000 + n * 10 + k" : `'${table}-${name}-${owner}-' || n || '-' || k`;
    return notnull || pk ? value : `iif((n + k) % 2, ${value}, NULL)`;
  });
  db.exec(`
    WITH RECURSIVE owner(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM owner WHERE n < ${count}),
      copy(k) AS (SELECT 1 UNION ALL SELECT k + 1 FROM copy WHERE k < ${each})
    INSERT INTO "${table}" (${columns.map(({ name }) => `"${name}"`).join(", ")})
    SELECT ${values.join(", ")} FROM owner, copy`);
}

let rowsBefore: Record<string, unknown>;
let samplesBefore: Map<string, Row[]>;
let objectsBefore: Record<string, string>;

describe("migration 0009", () => {
  beforeAll(() => {
    db.exec("PRAGMA foreign_keys = ON");
    for (const name of migrations.slice(0, migrations.indexOf(MIGRATION))) apply(name);
    for (const table of tableNames()) {
      const { each, orphans } = table === "audit_events" ? AUDIT_EVENTS : (CHILDREN[table] ?? {});
      if (table === "accounts") insertRows(table, "account", ACCOUNTS, 1);
      else if (each === undefined || orphans === undefined) insertRows(table, "none", OTHER_ROWS, 1);
      else {
        insertRows(table, "account", ACCOUNTS, each);
        insertRows(table, "deleted", orphans, 1);
      }
    }
    rowsBefore = countRows();
    samplesBefore = new Map(["accounts", ...Object.keys(CHILDREN)].map((table) => [table, sampleOf(table)]));
    objectsBefore = schemaObjects();
    apply(MIGRATION);
  });
  // Each test changes what the migration left, and takes it back.
  beforeEach(() => db.exec("SAVEPOINT test"));
  afterEach(() => db.exec("ROLLBACK TO test; RELEASE test"));

  it("keeps every row of an existing account and removes 81 orphans", () => {
    expect(rowsBefore).toMatchObject({
      accounts: 10_000,
      email_tokens: 20_011,
      one_time_codes: 20_012,
      sessions: 30_013,
      identities: 20_014,
      authorization_codes: 20_015,
      outbox: 40_016,
      audit_events: 20_017,
    });
    expect(countRows()).toEqual({
      ...rowsBefore,
      email_tokens: 20_000,
      one_time_codes: 20_000,
      sessions: 30_000,
      identities: 20_000,
      authorization_codes: 20_000,
      outbox: 40_000,
    });
    expect(Object.values(CHILDREN).reduce((sum, { orphans }) => sum + orphans, 0)).toBe(81);
    expect(all("PRAGMA foreign_key_check")).toEqual([]);
  });

  it("keeps every field of the rows of every hundredth account", () => {
    for (const [table, rows] of samplesBefore) {
      expect(rows, table).toHaveLength((ACCOUNTS / 100) * (CHILDREN[table]?.each ?? 1));
      expect(sampleOf(table), table).toEqual(rows);
    }
  });

  it("keeps the columns with their types and defaults, every index, trigger and view", () => {
    expect(Object.keys(objectsBefore)).toEqual(
      expect.arrayContaining(["sessions_revoked", "sessions_parent", "outbox_due", "account_search_delete"]),
    );
    expect(schemaObjects()).toEqual(objectsBefore);
    const former = new DatabaseSync(":memory:");
    for (const name of migrations.slice(0, migrations.indexOf(MIGRATION))) {
      for (const sql of statementsOf(readFileSync(`migrations/${name}`, "utf8"))) former.exec(sql);
    }
    for (const table of tableNames()) {
      const columns = `PRAGMA table_info("${table}")`;
      const byName = (rows: unknown[]) =>
        (rows as Row[])
          .map(({ cid: _, ...column }) => column)
          .sort((a, b) => String(a.name).localeCompare(String(b.name)));
      expect(byName(all(columns)), table).toEqual(byName(former.prepare(columns).all()));
    }
  });

  it("keeps the unique indexes of identities", () => {
    const copy = (column: string) =>
      db.exec(`INSERT INTO identities (id, provider, subject, account_id, created_at, last_used_at)
        SELECT 'copy', provider, ${column}, account_id, 0, 0 FROM identities LIMIT 1`);
    expect(() => copy("subject")).toThrow(/UNIQUE constraint failed/);
    expect(() => copy("'another'")).toThrow(/UNIQUE constraint failed: identities.account_id/);
  });

  it("keeps the trigger that records revoked sessions", () => {
    db.exec("UPDATE sessions SET revoked_at = NULL, idle_expires_at = 5000 WHERE account_id = 'account-1'");
    db.exec("UPDATE sessions SET revoked_at = 2000 WHERE account_id = 'account-1'");
    expect(
      all(`SELECT count(*) AS n FROM pending_revocations
        WHERE session_id IN (SELECT id FROM sessions WHERE account_id = 'account-1')`),
    ).toEqual([{ n: 3 }]);
  });

  it("refuses a row of an account that does not exist", () => {
    for (const table of Object.keys(CHILDREN)) {
      expect(() => insertRows(table, "missing", 1, 1), table).toThrow(/FOREIGN KEY constraint failed/);
    }
  });

  it("deletes the rows of a deleted account by index, and keeps its audit events and pending revocations", () => {
    const before = countRows();
    const deletion = "DELETE FROM accounts WHERE id = 'account-1'";
    const opcodes = all(`EXPLAIN ${deletion}`).map(({ opcode }) => opcode);
    // One program per foreign key and one for the search index. A scan of a table begins with one of the two others.
    expect(opcodes.filter((opcode) => opcode === "Program")).toHaveLength(7);
    expect(opcodes.filter((opcode) => opcode === "Rewind" || opcode === "Last")).toEqual([]);
    db.exec(deletion);
    const owned = Object.entries(CHILDREN).map(([table, { each }]) => [table, Number(before[table]) - each]);
    expect(countRows()).toEqual({ ...before, accounts: 9_999, ...Object.fromEntries(owned) });
    for (const table of Object.keys(CHILDREN)) {
      expect(all(`SELECT * FROM "${table}" WHERE account_id = 'account-1'`), table).toEqual([]);
    }
    expect(all("SELECT * FROM audit_events WHERE account_id = 'account-1'")).toHaveLength(2);
  });
});
