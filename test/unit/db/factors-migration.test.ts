import { readdirSync, readFileSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { beforeEach, describe, expect, it } from "vitest";
import { statementsOf } from "../../../scripts/shared/migration-statements.ts";

const MIGRATION = "0010_factors.sql";

const migrations = readdirSync("migrations")
  .filter((name) => name.endsWith(".sql"))
  .sort();

let db: DatabaseSync;

const apply = (name: string) => {
  for (const sql of statementsOf(readFileSync(`migrations/${name}`, "utf8"))) db.exec(sql);
};

const insertAccount = (id: string, loginOtp: 0 | 1) =>
  db
    .prepare(
      "INSERT INTO accounts (id, email, email_key, name, role, status, login_otp, created_at, updated_at) VALUES (?1, ?1, ?1, ?1, 'user', 'active', ?2, 1, 7)",
    )
    .run(id, loginOtp);

const factorsOf = (accountId: string) =>
  db.prepare("SELECT kind, created_at FROM factors WHERE account_id = ?").all(accountId);

const loginOtpOf = (accountId: string) =>
  db.prepare("SELECT login_otp FROM accounts WHERE id = ?").get(accountId)?.login_otp;

const enable = (accountId: string) =>
  db
    .prepare("INSERT INTO factors (id, account_id, kind, created_at) VALUES (?1 || '-f', ?1, 'email_otp', 8)")
    .run(accountId);

describe("migration 0010", () => {
  beforeEach(() => {
    db = new DatabaseSync(":memory:");
    db.exec("PRAGMA foreign_keys = ON");
    for (const name of migrations.slice(0, migrations.indexOf(MIGRATION))) apply(name);
    insertAccount("on", 1);
    insertAccount("off", 0);
    apply(MIGRATION);
  });

  it("gives each account with login_otp one factor, with a UUID as id", () => {
    expect(factorsOf("on")).toEqual([{ kind: "email_otp", created_at: 7 }]);
    expect(factorsOf("off")).toEqual([]);
    expect(db.prepare("SELECT id FROM factors").get()?.id).toMatch(
      /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$/,
    );
  });

  it("keeps login_otp equal to the factor, whichever the Worker of either release changes", () => {
    enable("off");
    expect(loginOtpOf("off")).toBe(1);
    db.exec("DELETE FROM factors WHERE account_id = 'off'");
    expect(loginOtpOf("off")).toBe(0);
    for (const [value, factors] of [
      [1, 1],
      [1, 1],
      [0, 0],
      [1, 1],
    ] as const) {
      db.prepare("UPDATE accounts SET login_otp = ?, updated_at = 9 WHERE id = 'off'").run(value);
      expect([loginOtpOf("off"), factorsOf("off").length]).toEqual([value, factors]);
    }
  });

  it("allows one mailed code per account, several factors of other kinds, and deletes all with the account", () => {
    expect(() => enable("on")).toThrow(/UNIQUE/);
    for (const id of ["1", "2"])
      db.prepare("INSERT INTO factors (id, account_id, kind, created_at) VALUES (?, 'on', 'other', 1)").run(
        id,
      );
    db.exec("DELETE FROM accounts WHERE id = 'on'");
    expect(factorsOf("on")).toEqual([]);
  });
});
