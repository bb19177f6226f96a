import { readdirSync, readFileSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { describe, expect, it } from "vitest";
import { statementsOf } from "../../../scripts/shared/migration-statements.ts";

const MIGRATION = "0014_lockout_and_devices.sql";

const migrations = readdirSync("migrations")
  .filter((name) => name.endsWith(".sql"))
  .sort();

describe("migration 0014", () => {
  it("finds the first sign-in of every account that may have signed in", () => {
    const db = new DatabaseSync(":memory:", { enableForeignKeyConstraints: false });
    const apply = (name: string) => {
      for (const sql of statementsOf(readFileSync(`migrations/${name}`, "utf8"))) db.exec(sql);
    };
    for (const name of migrations.slice(0, migrations.indexOf(MIGRATION))) apply(name);
    const account = db.prepare(`INSERT INTO accounts (id, email, email_key, name, role, status, created_at,
      updated_at, email_verified_at) VALUES (?, ?, ?, 'Ada', 'user', 'active', ?, 1, ?)`);
    for (const [id, createdAt, verifiedAt] of [
      ["in-the-log", 100, 100],
      ["with-a-session", 100, 100],
      ["before-the-log", 10, 10],
      ["never", 100, 100],
      ["unverified", 10, null],
    ] as const) {
      account.run(id, id, id, createdAt, verifiedAt);
    }
    const event = db.prepare("INSERT INTO audit_events VALUES (?, ?, ?, ?, null, null, '{}')");
    event.run("1", "signed_in", 200, "in-the-log");
    event.run("2", "signed_in", 300, "in-the-log");
    event.run("3", "password_changed", 50, "never");
    db.exec(`INSERT INTO sessions (id, account_id, generation, amr, created_at, last_used_at, rotated_at,
      idle_expires_at, expires_at) VALUES ('s', 'with-a-session', 1, 'pwd', 250, 9, 9, 99, 99)`);
    apply(MIGRATION);
    expect(db.prepare("SELECT id, first_signed_in_at AS at FROM accounts ORDER BY id").all()).toEqual([
      { id: "before-the-log", at: 10 },
      { id: "in-the-log", at: 200 },
      { id: "never", at: null },
      { id: "unverified", at: null },
      { id: "with-a-session", at: 250 },
    ]);
  });
});
