import { readdirSync, readFileSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { describe, expect, it } from "vitest";
import { statementsOf } from "../../../scripts/shared/migration-statements.ts";

const MIGRATION = "0011_session_context.sql";

const migrations = readdirSync("migrations")
  .filter((name) => name.endsWith(".sql"))
  .sort();

describe("migration 0011", () => {
  it("sets the authentication time and the client of every session, and no audience", () => {
    const db = new DatabaseSync(":memory:", { enableForeignKeyConstraints: false });
    const apply = (name: string) => {
      for (const sql of statementsOf(readFileSync(`migrations/${name}`, "utf8"))) db.exec(sql);
    };
    for (const name of migrations.slice(0, migrations.indexOf(MIGRATION))) apply(name);
    db.exec(`INSERT INTO accounts (id, email, email_key, name, role, status, created_at, updated_at)
      VALUES ('a', 'ada@example.com', 'ada@example.com', 'Ada', 'user', 'active', 1, 1)`);
    const session =
      db.prepare(`INSERT INTO sessions (id, account_id, generation, amr, created_at, last_used_at,
      rotated_at, idle_expires_at, expires_at, parent_id, app_origin)
      VALUES (?, 'a', 1, 'pwd', ?, 9, 9, 99, 99, ?, ?)`);
    session.run("parent", 10, null, null);
    session.run("child", 20, "parent", "https://notes.example.com");
    session.run("orphan", 30, null, "https://app.example.com");
    apply(MIGRATION);
    expect(db.prepare("SELECT id, auth_time, client_id, audience FROM sessions ORDER BY id").all()).toEqual([
      { id: "child", auth_time: 10, client_id: "https://notes.example.com", audience: null },
      { id: "orphan", auth_time: 30, client_id: "https://app.example.com", audience: null },
      { id: "parent", auth_time: 10, client_id: "gatehouse", audience: null },
    ]);
  });
});
