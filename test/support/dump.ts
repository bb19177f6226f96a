export type Row = Readonly<Record<string, unknown>>;
export type Dump = ReadonlyMap<string, readonly Row[]>;

/** The tables of the service: not D1's own, nor SQLite's, nor what an index of words is made of. */
export async function tablesOf(db: D1Database): Promise<string[]> {
  const { results } = await db.prepare("PRAGMA table_list").all<{ name: string; type: string }>();
  return results
    .filter(({ name, type }) => type === "table" && !/^(?:sqlite_|_cf_|d1_migrations)/.test(name))
    .map(({ name }) => name)
    .sort();
}

/** Every row of every table. */
export async function dumpOf(db: D1Database): Promise<Dump> {
  const tables = await tablesOf(db);
  const all = await db.batch<Row>(tables.map((table) => db.prepare(`SELECT * FROM "${table}"`)));
  return new Map(tables.map((table, at) => [table, all[at]?.results ?? []]));
}

/** Empties every table but the keys that sign. */
export async function emptyTables(db: D1Database): Promise<void> {
  const tables = (await tablesOf(db)).filter((table) => table !== "signing_keys");
  await db.batch(tables.map((table) => db.prepare(`DELETE FROM "${table}"`)));
}

const ON_THEIR_OWN = new Set(["attempt_counters", "signing_keys", "discarded_avatars"]);

/**
 * What became of the database: for each table, the rows that came and went, and the columns of those
 * that changed. Left out are failed attempts, which stay counted whatever happens; the keys that sign:
 * the first of them is made by whoever needs it, and is a change of its own; and what is written down of
 * objects in R2 before they are there, which is for the case that nothing comes of them.
 */
export function differenceOf(before: Dump, after: Dump): Readonly<Record<string, readonly string[]>> {
  const difference: Record<string, readonly string[]> = {};
  for (const [table, rows] of after) {
    if (ON_THEIR_OWN.has(table)) continue;
    const changes =
      table === "send_counters" ? sends(before, after) : changesOf(before.get(table) ?? [], rows);
    if (changes.length > 0) difference[table] = changes.sort();
  }
  return difference;
}

function changesOf(before: readonly Row[], after: readonly Row[]): string[] {
  // The first column of every table is its primary key.
  const keyOf = (row: Row) => Object.values(row)[0];
  const left = new Map(before.map((row) => [keyOf(row), row]));
  const changes: string[] = [];
  for (const row of after) {
    const old = left.get(keyOf(row));
    left.delete(keyOf(row));
    const columns = old ? Object.keys(row).filter((column) => row[column] !== old[column]) : [];
    if (!old) changes.push("a row came");
    else if (columns.length > 0) changes.push(`a row changed: ${columns.join(", ")}`);
  }
  return [...changes, ...[...left].map(() => "a row went")];
}

/** The hour's first mail makes a row, the next ones change it: what counts is how many were counted. */
function sends(before: Dump, after: Dump): string[] {
  const sum = (dump: Dump) =>
    (dump.get("send_counters") ?? []).reduce((all, row) => all + Number(row.sends), 0);
  const more = sum(after) - sum(before);
  return more === 0 ? [] : [`${more} more sends`];
}
