import type { Placeholder } from "drizzle-orm";
import type { BatchItem } from "drizzle-orm/batch";
import type { DrizzleD1Database } from "drizzle-orm/d1";

/** Called with the type of an audit event, after the batch that wrote its row. */
export type AuditObserver = (type: string) => void;

// The statement builders mark what they build; a statement lives as long as its request.
const types = new WeakMap<object, string | Placeholder>();

/** Marks a statement that inserts audit events of this type. A statement that is only compiled has a placeholder. */
export function markAuditInsert<Statement extends object>(
  statement: Statement,
  type: string | Placeholder,
): Statement {
  types.set(statement, type);
  return statement;
}

/** The type by which a statement was marked: undefined if it was not. */
export const auditTypeOf = (statement: object): string | Placeholder | undefined => types.get(statement);

/** Returns the database whose batches report each marked statement that wrote a row, once per statement. */
export function observeAuditEvents(inner: DrizzleD1Database, observe: AuditObserver): DrizzleD1Database {
  const db: DrizzleD1Database = Object.create(inner);
  db.batch = async (statements) => {
    const results = await inner.batch(statements);
    report(statements, results, observe);
    return results;
  };
  return db;
}

function report(
  statements: readonly BatchItem<"sqlite">[],
  results: readonly unknown[],
  observe: AuditObserver,
): void {
  for (const [index, statement] of statements.entries()) {
    const type = types.get(statement);
    if (typeof type === "string" && wroteRow(results[index])) observe(type);
  }
}

/** Drizzle returns the rows of a statement with RETURNING, and the result of D1 for others. */
const wroteRow = (result: unknown): boolean =>
  Array.isArray(result) ? result.length > 0 : (result as Written).meta.changes > 0;

type Written = { readonly meta: { readonly changes: number } };
