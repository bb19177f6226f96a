import { readdirSync, readFileSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { describe, expect, it } from "vitest";
import { statementsOf } from "../../../scripts/shared/migration-statements.ts";

const MIGRATION = "0013_proven_addresses.sql";

const migrations = readdirSync("migrations")
  .filter((name) => name.endsWith(".sql"))
  .sort();

describe("migration 0013", () => {
  it("marks the addresses that only a provider has implied, and keeps every account able to sign in", () => {
    const db = new DatabaseSync(":memory:", { enableForeignKeyConstraints: false });
    const apply = (name: string) => {
      for (const sql of statementsOf(readFileSync(`migrations/${name}`, "utf8"))) db.exec(sql);
    };
    for (const name of migrations.slice(0, migrations.indexOf(MIGRATION))) apply(name);
    const account = db.prepare(`INSERT INTO accounts
      (id, email, email_key, email_verified_at, name, password_hash, role, status, created_at, updated_at)
      VALUES (?1, ?1 || '@example.com', ?1, ?2, 'Ada', ?3, 'user', 'active', 1, 1)`);
    const identity = db.prepare(`INSERT INTO identities
      (id, provider, subject, account_id, email, created_at, last_used_at) VALUES (?, ?, ?, ?, ?, 1, 1)`);
    account.run("implied", 5, null);
    identity.run("1", "facebook", "1", "implied", null);
    account.run("with-password", 5, "hash");
    identity.run("2", "facebook", "2", "with-password", null);
    account.run("verified-by-provider", 5, null);
    identity.run("3", "facebook", "3", "verified-by-provider", null);
    identity.run("4", "google", "4", "verified-by-provider", "Verified-By-Provider@example.com");
    account.run("without-identity", 5, null);
    account.run("unverified", null, "hash");
    apply(MIGRATION);
    const rows = db.prepare("SELECT id, email_verified_at, email_implied FROM accounts ORDER BY id").all();
    expect(rows).toEqual([
      { id: "implied", email_verified_at: 5, email_implied: 1 },
      { id: "unverified", email_verified_at: null, email_implied: 0 },
      { id: "verified-by-provider", email_verified_at: 5, email_implied: 0 },
      { id: "with-password", email_verified_at: 5, email_implied: 0 },
      { id: "without-identity", email_verified_at: 5, email_implied: 0 },
    ]);
  });
});
