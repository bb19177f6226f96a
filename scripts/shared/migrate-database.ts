import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import type { Unstable_Config } from "wrangler";

/** Where D1 keeps the names of what has been applied, as `wrangler d1 migrations apply` makes it. */
const journal = (table: string) =>
  `CREATE TABLE IF NOT EXISTS "${table}" (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT UNIQUE,
    applied_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP NOT NULL)`;

/**
 * Does to an open local database what `wrangler d1 migrations apply --local` would, and writes it down where wrangler
 * looks: each migration whole or not at all. That command starts a workerd for each of them, which made up half of the
 * first `npm run dev`. Whether there was anything to do; throws what the database says of a migration that fails.
 */
export async function migrateDatabase(
  db: D1Database,
  where: { readonly config: string | undefined; readonly env: string | undefined },
): Promise<boolean> {
  // Loaded here, as in local-platform.ts.
  const { unstable_readConfig, unstable_splitSqlQuery: statementsOf } = await import("wrangler");
  const config = unstable_readConfig({ config: where.config, env: where.env }, { hideWarnings: true });
  const { files, table } = readMigrations(config);
  await db.prepare(journal(table)).run();
  const { results } = await db.prepare(`SELECT name FROM "${table}"`).all<{ name: string }>();
  const applied = new Set(results.map(({ name }) => name));
  const due = files.filter(({ name }) => !applied.has(name));
  for (const { name, sql } of due) {
    const statements = statementsOf(sql).map((statement) => db.prepare(statement));
    const written = db.prepare(`INSERT INTO "${table}" (name) VALUES (?1)`).bind(name);
    await db.batch([...statements, written]).catch((cause: Error) => {
      throw new Error(`The local database could not be migrated by ${name}.\n\n${cause.message}`, { cause });
    });
  }
  return due.length > 0;
}

/** The migrations of the configuration's DB, in order. */
function readMigrations({ configPath, d1_databases }: Unstable_Config) {
  const database = d1_databases.find(({ binding }) => binding === "DB");
  if (!database || !configPath) throw new Error("The configuration has no database of the binding DB.");
  const { migrations_dir = "migrations", migrations_table = "d1_migrations" } = database;
  const directory = resolve(dirname(configPath), migrations_dir);
  const names = readdirSync(directory).filter((name) => name.endsWith(".sql"));
  return {
    table: migrations_table,
    files: names.sort().map((name) => ({ name, sql: readFileSync(join(directory, name), "utf8") })),
  };
}
