import { getTableColumns, is, Placeholder, type SQL, type SQLWrapper, sql } from "drizzle-orm";
import type { SQLiteColumn, SQLiteTable } from "drizzle-orm/sqlite-core";
import { markAuditInsert } from "./audit-observer.ts";
import type { Database } from "./database.ts";
import { auditEvents } from "./schema.ts";

/** A row to insert: each column is a value, or SQL over the source row. */
type RowFrom<T extends SQLiteTable> = {
  [Column in keyof T["$inferSelect"]]: T["$inferSelect"][Column] | SQL | SQLiteColumn;
};

/**
 * `INSERT INTO target SELECT … FROM source WHERE …`: inserts the row only if the source row exists.
 * A batch has no IF, so its later statements use this to depend on the outcome of the first one. The audit events
 * among the rows are observed, so their type must be a value.
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
  // Drizzle requires the keys and the order of the table. The loop above provides both, but the type
  // system cannot prove it.
  const select = db.select(selection).from(source).where(where);
  const statement = db.insert(target).select(select as never);
  return isObservedEvent(target, row) ? markAuditInsert(statement, typeOf(row)) : statement;
}

/** A counted event is not observed, since a success withdraws it. */
const isObservedEvent = (target: SQLiteTable, row: object): boolean =>
  target === (auditEvents as SQLiteTable) && !("windowStart" in row && row.windowStart !== null);

function typeOf(row: object): string | Placeholder {
  if ("type" in row && (typeof row.type === "string" || is(row.type, Placeholder))) return row.type;
  throw new Error("The type of an audit event must be a value.");
}

/** `INSERT INTO target SELECT … WHERE condition`: checks and inserts in one statement, from no source row. */
export function insertIf<T extends SQLiteTable>(
  db: Database,
  target: T,
  row: T["$inferSelect"],
  condition: SQL | undefined,
) {
  const columns = Object.entries(getTableColumns(target) as Record<string, SQLiteColumn>);
  const values = columns.map(([key, column]) =>
    sql.param((row as Record<string, unknown>)[key] ?? null, column),
  );
  return db.insert(target).select(sql`SELECT ${sql.join(values, sql`, `)} WHERE ${condition ?? sql`TRUE`}`);
}

/**
 * `INSERT INTO target SELECT … WHERE NOT EXISTS conflict`: checks and inserts in one statement, so only
 * one of several concurrent calls inserts.
 */
export const insertUnless = <T extends SQLiteTable>(
  db: Database,
  target: T,
  row: T["$inferSelect"],
  conflict: SQLWrapper,
) => insertIf(db, target, row, sql`NOT EXISTS ${conflict}`);
