import { readdirSync, readFileSync } from "node:fs";
import type { Account } from "./account.ts";
import { Database } from "./database.ts";

/** The state that three deployments of Gatehouse with these secrets leave. No wrangler runs for it. */
export function deployGatehouse(account: Account, secrets: Readonly<Record<string, string>>): Database {
  const worker = account.makeWorker("gatehouse");
  for (const [name, text] of Object.entries(secrets)) worker.secrets.set(name, text);
  for (const id of ["v1", "v2", "v3"]) account.deploy(worker, id);
  worker.versions = 3;
  worker.isBound = true;
  account.namespaces.push("gatehouse-kv");
  account.buckets.push("gatehouse-avatars");
  const database = new Database("gatehouse", () => account.now());
  account.databases.set(database.name, database);
  migrate(database);
  return database;
}

/** As `wrangler d1 migrations apply` does. */
function migrate(database: Database): void {
  database.query(
    "CREATE TABLE d1_migrations (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT UNIQUE, applied_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP NOT NULL)",
  );
  for (const name of readdirSync("migrations")
    .filter((file) => file.endsWith(".sql"))
    .sort()) {
    const sql = readFileSync(`migrations/${name}`, "utf8");
    database.query(`${sql}\nINSERT INTO d1_migrations (name) VALUES ('${name}');`);
  }
}
