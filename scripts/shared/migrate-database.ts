import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import type { Unstable_Config } from "wrangler";

/** The table of applied migrations, as `wrangler d1 migrations apply` creates it. */
const journal = (table: string) =>
  `CREATE TABLE IF NOT EXISTS "${table}" (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT UNIQUE,
    applied_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP NOT NULL)`;

/**
 * Applies pending migrations to an open local database, each in one batch, and records them as `wrangler d1 migrations
 * apply --local` does. That command starts a workerd per migration, which took half of the first `npm run dev`.
 * Returns whether a migration was pending. Throws the database's error for a migration that fails.
 */
export async function migrateDatabase(
  db: D1Database,
  options: { readonly config?: string; readonly env?: string },
): Promise<boolean> {
  // A dynamic import, as in local-platform.ts.
  const { unstable_readConfig, unstable_splitSqlQuery: statementsOf } = await import("wrangler");
  const config = unstable_readConfig({ config: options.config, env: options.env }, { hideWarnings: true });
  const { files, table } = readMigrations(config);
  await db.prepare(journal(table)).run();
  const { results } = await db.prepare(`SELECT name FROM "${table}"`).all<{ name: string }>();
  const applied = new Set(results.map(({ name }) => name));
  const pending = files.filter(({ name }) => !applied.has(name));
  for (const { name, sql } of pending) {
    const statements = statementsOf(sql).map((statement) => db.prepare(statement));
    const recorded = db.prepare(`INSERT INTO "${table}" (name) VALUES (?1)`).bind(name);
    await db.batch([...statements, recorded]).catch((cause: Error) => {
      throw new Error(`The local database rejected the migration ${name}.\n\n${cause.message}`, { cause });
    });
  }
  return pending.length > 0;
}

/** The migrations of the binding DB, in order. */
function readMigrations({ configPath, d1_databases }: Unstable_Config) {
  const database = d1_databases.find(({ binding }) => binding === "DB");
  if (!database || !configPath) throw new Error("The configuration has no D1 database with the binding DB.");
  const { migrations_dir = "migrations", migrations_table = "d1_migrations" } = database;
  const directory = resolve(dirname(configPath), migrations_dir);
  const names = readdirSync(directory).filter((name) => name.endsWith(".sql"));
  return {
    table: migrations_table,
    files: names.sort().map((name) => ({ name, sql: readFileSync(join(directory, name), "utf8") })),
  };
}
