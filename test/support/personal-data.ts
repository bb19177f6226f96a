import { env } from "cloudflare:workers";
import { is } from "drizzle-orm";
import { getTableConfig, type SQLiteColumn, SQLiteTable } from "drizzle-orm/sqlite-core";
import * as schema from "../../src/db/schema.ts";

/** Columns that name an account by its id, its address or another identifier, although no foreign key says so. */
const NAMES_AN_ACCOUNT =
  /^(?:account_id|actor_id|subject|requested_by|user_id|owner_id|email|email_key|recipient)$/;

const tables: readonly SQLiteTable[] = Object.values(schema).filter((value) => is(value, SQLiteTable));

/** The columns of each table that name an account, derived from the schema. */
export const namingColumns = (): readonly string[] =>
  tables
    .flatMap((table) => {
      const { name, columns, foreignKeys } = getTableConfig(table);
      const keys = foreignKeys
        .map((key) => key.reference())
        .filter(({ foreignTable }) => getTableConfig(foreignTable).name === "accounts")
        .flatMap((reference) => reference.columns.map((column) => column.name));
      return columns
        .map((column) => column.name)
        .filter((column) => keys.includes(column) || NAMES_AN_ACCOUNT.test(column))
        .map((column) => `${name}.${column}`);
    })
    .sort();

export const columnsOf = (name: string): readonly SQLiteColumn[] => {
  const table = tables.find((each) => getTableConfig(each).name === name);
  if (!table) throw new Error(`no table ${name}`);
  return getTableConfig(table).columns;
};

let instant = Date.UTC(2031, 0, 1);

/** A value that no other column has: a word with the names of table and column, or an instant. */
export function markerOf(table: string, column: SQLiteColumn): string | number {
  if (column.columnType === "SQLiteBoolean") return 1;
  if (column.dataType === "json") return JSON.stringify([`${table}-${column.name}`]);
  if (column.getSQLType() === "integer") {
    instant += 61_001;
    return instant;
  }
  return `${table}-${column.name}`;
}

/** Inserts a row with a marker in each column, apart from `values`. Returns the row. */
export async function plantRow(
  table: string,
  values: Readonly<Record<string, string | number | null>>,
): Promise<Readonly<Record<string, string | number | null>>> {
  const row = Object.fromEntries(
    columnsOf(table).map((column) => [
      column.name,
      column.name in values ? (values[column.name] ?? null) : markerOf(table, column),
    ]),
  );
  const names = Object.keys(row);
  await env.DB.prepare(
    `INSERT INTO "${table}" (${names.map((name) => `"${name}"`).join(", ")}) VALUES (${names.map(() => "?").join(", ")})`,
  )
    .bind(...Object.values(row))
    .run();
  return row;
}
