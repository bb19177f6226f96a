import { env } from "cloudflare:workers";

export type Row = Readonly<Record<string, unknown>>;

export type Dump = ReadonlyMap<string, readonly Row[]>;

/** Read once for each database: tests compare rows often, and the migrations have run before. */
const knownTables = new WeakMap<D1Database, readonly string[]>();

/** The tables of the service, without those of D1, SQLite and the full-text index. */
async function tablesOf(db: D1Database): Promise<readonly string[]> {
  const known = knownTables.get(db);
  if (known) return known;
  const { results } = await db.prepare("PRAGMA table_list").all<{ name: string; type: string }>();
  const tables = results
    .filter(({ name, type }) => type === "table" && !/^(?:sqlite_|_cf_|d1_migrations)/.test(name))
    .map(({ name }) => name)
    .sort();
  knownTables.set(db, tables);
  return tables;
}

/** Every row of every table, in the order of insertion. */
export async function dumpDatabase(db: D1Database): Promise<Dump> {
  const tables = await tablesOf(db);
  const all = await db.batch<Row>(
    tables.map((table) => db.prepare(`SELECT * FROM "${table}" ORDER BY rowid`)),
  );
  return new Map(tables.map((table, at) => [table, all[at]?.results ?? []]));
}

/** Empties every table except `signing_keys`. */
export async function emptyTables(db: D1Database): Promise<void> {
  const tables = (await tablesOf(db)).filter((table) => table !== "signing_keys");
  await db.batch(tables.map((table) => db.prepare(`DELETE FROM "${table}"`)));
}

const IGNORED_TABLES = new Set(["attempt_counters", "signing_keys", "discarded_avatars"]);

/** Columns of each table that a comparison leaves out. */
export type IgnoredColumns = Readonly<Record<string, readonly string[]>>;

/**
 * The differences of two dumps: for each table the inserted, deleted and updated rows, the latter with
 * their columns. Ignored tables:
 * - `attempt_counters`: failed attempts stay counted after a rollback.
 * - `signing_keys`: the first request that needs a key creates it in its own batch.
 * - `discarded_avatars`: written before the object in R2 exists, so that a failed upload is cleaned up.
 * And the rows of `audit_events` that count failed sign-ins: they are written with `attempt_counters`.
 */
export function diffDumps(
  before: Dump,
  after: Dump,
  ignoredColumns: IgnoredColumns = {},
): Readonly<Record<string, readonly string[]>> {
  const difference: Record<string, readonly string[]> = {};
  for (const [table, rows] of after) {
    if (IGNORED_TABLES.has(table)) continue;
    const changes =
      table === "send_counters"
        ? sendChanges(before, after)
        : changesOf(
            (before.get(table) ?? []).filter(isCompared),
            rows.filter(isCompared),
            ignoredColumns[table],
          );
    if (changes.length > 0) difference[table] = changes.sort();
  }
  return difference;
}

/** Only events that count others have a window. */
const isCompared = (row: Row): boolean => (row.window_start ?? null) === null;

function changesOf(
  before: readonly Row[],
  after: readonly Row[],
  ignoredColumns: readonly string[] = [],
): string[] {
  // The first column of every table is its primary key.
  const keyOf = (row: Row) => Object.values(row)[0];
  const remaining = new Map(before.map((row) => [keyOf(row), row]));
  const changes: string[] = [];
  for (const row of after) {
    const old = remaining.get(keyOf(row));
    remaining.delete(keyOf(row));
    const columns = old
      ? Object.keys(row).filter((column) => row[column] !== old[column] && !ignoredColumns.includes(column))
      : [];
    if (!old) changes.push("row inserted");
    else if (columns.length > 0) changes.push(`row updated: ${columns.join(", ")}`);
  }
  return [...changes, ...[...remaining].map(() => "row deleted")];
}

/** The first mail of an hour inserts a row, later ones update it. So this compares the sums. */
function sendChanges(before: Dump, after: Dump): string[] {
  const sum = (dump: Dump) =>
    (dump.get("send_counters") ?? []).reduce((all, row) => all + Number(row.sends), 0);
  const added = sum(after) - sum(before);
  return added === 0 ? [] : [`${added} sends added`];
}

/** The rows of every table of the service, by table name. */
export async function readAllRows(): Promise<Record<string, readonly Row[]>> {
  return Object.fromEntries(await dumpDatabase(env.DB));
}

/** The number of session rows of that account, ended ones included. */
export async function countSessions(email: string): Promise<number> {
  const query =
    "SELECT count(*) AS n FROM sessions WHERE account_id = (SELECT id FROM accounts WHERE email = ?)";
  return (await env.DB.prepare(query).bind(email).first<{ n: number }>())?.n ?? -1;
}
