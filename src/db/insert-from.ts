import { getTableColumns, type SQL, type SQLWrapper, sql } from "drizzle-orm";
import type { SQLiteColumn, SQLiteTable } from "drizzle-orm/sqlite-core";
import type { Database } from "./database.ts";

/** A row to insert: each column a value, or SQL over the source row. */
type RowFrom<T extends SQLiteTable> = {
  [Column in keyof T["$inferSelect"]]: T["$inferSelect"][Column] | SQL | SQLiteColumn;
};

/**
 * `INSERT INTO target SELECT … FROM source WHERE …`: a row that comes into being only if another
 * one is there. It is how the later statements of a batch hang on what the first one decided,
 * since a batch has no IF.
 */
export function insertFrom<T extends SQLiteTable>(
  db: Database,
  target: T,
  row: RowFrom<T>,
  source: SQLiteTable,
  where: SQL | undefined,
) {
  const columns = getTableColumns(target) as Record<string, SQLiteColumn>;
  const selection: Record<string, SQL.Aliased> = {};
  for (const [key, column] of Object.entries(columns)) {
    const value = (row as Record<string, unknown>)[key];
    const isSql = typeof value === "object" && value !== null && ("queryChunks" in value || "table" in value);
    selection[key] = (isSql ? sql`${value}` : sql`${sql.param(value ?? null, column)}`).as(column.name);
  }
  // Drizzle asks the selection to have the table's own keys and order; the loop above gives both,
  // which its type cannot see.
  const select = db.select(selection).from(source).where(where);
  return db.insert(target).select(select as never);
}

/**
 * `INSERT INTO target SELECT … WHERE NOT EXISTS rival`: a row whose coming into being and whose
 * condition are one statement, so that of any number at once one is first.
 */
export function insertUnless<T extends SQLiteTable>(
  db: Database,
  target: T,
  row: T["$inferSelect"],
  rival: SQLWrapper,
) {
  const columns = Object.entries(getTableColumns(target) as Record<string, SQLiteColumn>);
  const values = columns.map(([key, column]) =>
    sql.param((row as Record<string, unknown>)[key] ?? null, column),
  );
  return db.insert(target).select(sql`SELECT ${sql.join(values, sql`, `)} WHERE NOT EXISTS ${rival}`);
}
