import { readdirSync } from "node:fs";
import { createSecretRing } from "../../src/core/crypto/secret-ring.ts";
import type { KeyFacts } from "./judge-keys.ts";

/** One statement that reads. Throws what the database says. */
export type Ask = (sql: string) => Promise<readonly Record<string, unknown>[]>;

export const migrationFiles = (): readonly string[] =>
  readdirSync("migrations")
    .filter((name) => name.endsWith(".sql"))
    .sort();

export async function appliedMigrations(ask: Ask): Promise<readonly string[]> {
  const tables = await ask("SELECT name FROM sqlite_master WHERE name = 'd1_migrations'");
  if (tables.length === 0) return [];
  return (await ask("SELECT name FROM d1_migrations ORDER BY id")).map(({ name }) => String(name));
}

/** The names of roots alone: no key leaves the database. */
export async function gatherKeys(ask: Ask, secret: string, previous: string): Promise<KeyFacts> {
  const rows = await ask(
    "SELECT sealed_by AS root, count(*) AS keys FROM signing_keys GROUP BY sealed_by ORDER BY max(created_at) DESC",
  );
  const ring = secret === "" ? null : await createSecretRing(secret, previous);
  return {
    roots: ring?.ids ?? [],
    sealedBy: rows.map(({ root, keys }) => ({ root: String(root), keys: Number(keys) })),
    otherPasswords: ring && ring.earlier.length > 0 ? await countOthers(ask, ring.current.id) : null,
  };
}

/** It reads every account, so it is asked during a rotation alone. The id is base64url, and fit for SQL. */
async function countOthers(ask: Ask, current: string): Promise<number> {
  const [row] = await ask(
    `SELECT count(*) AS n FROM accounts WHERE password_hash IS NOT NULL AND password_hash NOT LIKE '%,k=${current}$%'`,
  );
  return Number(row?.n ?? 0);
}
