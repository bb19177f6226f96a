import { readdirSync, readFileSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { describe, expect, it } from "vitest";
import { statementsOf } from "../../../scripts/shared/migration-statements.ts";

const migrations = readdirSync("migrations")
  .filter((name) => name.endsWith(".sql"))
  .sort();

/** A database of the release before the migration, the statements that fill it, and the migration itself. */
function openBefore(migration: string) {
  const db = new DatabaseSync(":memory:", { enableForeignKeyConstraints: false });
  const apply = (name: string) => {
    for (const sql of statementsOf(readFileSync(`migrations/${name}`, "utf8"))) db.exec(sql);
  };
  for (const name of migrations.slice(0, migrations.indexOf(migration))) apply(name);
  return {
    db,
    account: db.prepare(`INSERT INTO accounts
      (id, email, email_key, email_verified_at, name, password_hash, role, status, created_at, updated_at)
      VALUES (?1, ?1 || '@example.com', ?1, ?2, 'Ada', ?3, 'user', 'active', 1, 1)`),
    identity: db.prepare(`INSERT INTO identities
      (id, provider, subject, account_id, email, created_at, last_used_at) VALUES (?, ?, ?, ?, ?, 1, 1)`),
    migrate: () => apply(migration),
    addresses: () =>
      db.prepare("SELECT id, email_verified_at, email_implied FROM accounts ORDER BY id").all(),
  };
}

describe("migration 0013", () => {
  it("marks the addresses that only a provider has implied, and keeps every account able to sign in", () => {
    const { account, identity, migrate, addresses } = openBefore("0013_proven_addresses.sql");
    account.run("implied", 5, null);
    identity.run("1", "facebook", "1", "implied", null);
    account.run("with-password", 5, "hash");
    identity.run("2", "facebook", "2", "with-password", null);
    account.run("verified-by-provider", 5, null);
    identity.run("3", "facebook", "3", "verified-by-provider", null);
    identity.run("4", "google", "4", "verified-by-provider", "Verified-By-Provider@example.com");
    account.run("without-identity", 5, null);
    account.run("unverified", null, "hash");
    migrate();
    expect(addresses()).toEqual([
      { id: "implied", email_verified_at: 5, email_implied: 1 },
      { id: "unverified", email_verified_at: null, email_implied: 0 },
      { id: "verified-by-provider", email_verified_at: 5, email_implied: 0 },
      { id: "with-password", email_verified_at: 5, email_implied: 0 },
      { id: "without-identity", email_verified_at: 5, email_implied: 0 },
    ]);
  });
});

describe("migration 0016", () => {
  const openWithIdentities = () => {
    const opened = openBefore("0016_implied_addresses.sql");
    const { account, identity } = opened;
    account.run("by-github", 5, null);
    identity.run("1", "github", "1", "by-github", "By-GitHub@example.com");
    account.run("by-oidc", 5, null);
    identity.run("2", "oidc", "2", "by-oidc", "by-oidc@example.com");
    account.run("by-google-too", 5, null);
    identity.run("3", "github", "3", "by-google-too", "by-google-too@example.com");
    identity.run("4", "google", "4", "by-google-too", "by-google-too@example.com");
    account.run("confirmed", 5, null);
    identity.run("5", "github", "5", "confirmed", null);
    account.run("with-password", 5, "hash");
    identity.run("6", "github", "6", "with-password", "with-password@example.com");
    account.run("unverified", null, null);
    return opened;
  };

  it("marks the addresses that only GitHub or an OpenID provider has verified", () => {
    const { migrate, addresses } = openWithIdentities();
    migrate();
    expect(addresses()).toEqual([
      { id: "by-github", email_verified_at: 5, email_implied: 1 },
      { id: "by-google-too", email_verified_at: 5, email_implied: 0 },
      { id: "by-oidc", email_verified_at: 5, email_implied: 1 },
      { id: "confirmed", email_verified_at: 5, email_implied: 0 },
      { id: "unverified", email_verified_at: null, email_implied: 0 },
      { id: "with-password", email_verified_at: 5, email_implied: 0 },
    ]);
  });

  it("leaves only the identities of Google as proof of an address, so that the owner's proof removes the others", () => {
    const { db, migrate } = openWithIdentities();
    migrate();
    const proofs = db.prepare("SELECT provider, account_id FROM identities WHERE email IS NOT NULL").all();
    expect(proofs).toEqual([{ provider: "google", account_id: "by-google-too" }]);
  });
});
