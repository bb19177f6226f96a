import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { statementsOf } from "../scripts/migration-statements.ts";

type Migratable<Statement> = {
  prepare(query: string): Statement;
  batch(statements: Statement[]): Promise<unknown>;
};

/** Brings an empty database to what the service knows, each migration whole or not at all. */
export async function migrate<Statement>(db: Migratable<Statement>): Promise<void> {
  const files = readdirSync("migrations").filter((name) => name.endsWith(".sql"));
  for (const file of files.sort()) {
    const statements = statementsOf(readFileSync(join("migrations", file), "utf8"));
    await db.batch(statements.map((statement) => db.prepare(statement)));
  }
}
