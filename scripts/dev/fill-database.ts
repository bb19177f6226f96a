import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { statementsOf } from "../shared/migration-statements.ts";
import { generateUsers, USER_COLUMNS } from "./generated-users.ts";

/** The part of D1Database that is needed. */
export type FillableD1 = {
  prepare(query: string): FillableStatement;
  batch(statements: FillableStatement[]): Promise<unknown>;
};
type FillableStatement = {
  bind(...values: unknown[]): FillableStatement;
  run(): Promise<unknown>;
  first<T>(column: string): Promise<T | null>;
};

type Filling = {
  readonly count: number;
  /** The same for all users: hashing a million passwords would take a day. */
  readonly passwordHash: string;
  readonly now: number;
  readonly onProgress?: (done: number) => void;
};

/** The rows are one JSON parameter, which stays under D1's 2 MB. */
const ROWS_PER_STATEMENT = 4000;
const USERS_PER_SESSION = 100;
const WEEK_MS = 7 * 86_400_000;

/**
 * Adds generated users, and a session for every hundredth. Drops the search index, and builds it once, at the end, also
 * after a failure: without it every search would be answered with 503.
 */
export async function fillDatabase(db: FillableD1, filling: Filling): Promise<void> {
  const index = searchIndexStatements();
  await runAll(
    db,
    index.filter((statement) => statement.startsWith("DROP")),
  );
  try {
    await insertUsers(db, filling);
  } finally {
    await runAll(db, index);
  }
}

async function insertUsers(db: FillableD1, { count, passwordHash, now, onProgress }: Filling) {
  const first = (await db.prepare("SELECT max(rowid) AS n FROM accounts").first<number>("n")) ?? 0;
  let rows: unknown[] = [];
  const flush = async () => {
    await db.prepare(INSERT_USERS).bind(passwordHash, JSON.stringify(rows)).run();
    rows = [];
  };
  let done = 0;
  for (const user of generateUsers(first, count, now)) {
    if (rows.push(user) === ROWS_PER_STATEMENT) await flush();
    done += 1;
    if (done % 100_000 === 0) onProgress?.(done);
  }
  await flush();
  await db
    .prepare(INSERT_SESSIONS)
    .bind(now, now + WEEK_MS, first, USERS_PER_SESSION)
    .run();
}

const runAll = (db: FillableD1, queries: readonly string[]) =>
  db.batch(queries.map((query) => db.prepare(query)));

/** The statements of the migration that creates the index. Run again, they rebuild it. */
function searchIndexStatements(): string[] {
  const file = readdirSync("migrations").find((name) => name.endsWith("_account_search.sql"));
  if (file === undefined) throw new Error("migrations/ has no …_account_search.sql.");
  return statementsOf(readFileSync(join("migrations", file), "utf8"));
}

const INSERT_USERS = `INSERT INTO accounts (password_hash, ${USER_COLUMNS.join(", ")})
SELECT ?1, ${USER_COLUMNS.map((_, at) => `value ->> ${at}`).join(", ")} FROM json_each(?2)`;

const INSERT_SESSIONS = `INSERT INTO sessions (id, account_id, generation, amr, ip, user_agent,
  created_at, last_used_at, rotated_at, idle_expires_at, expires_at)
SELECT lower(hex(randomblob(16))), id, 1, 'pwd', '192.0.2.1', 'Generated', ?1, ?1, ?1, ?2, ?2
FROM accounts WHERE rowid > ?3 AND rowid % ?4 = 0 AND status = 'active'`;
