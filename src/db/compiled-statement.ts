import { is, Param, Placeholder } from "drizzle-orm";
import type { BatchItem } from "drizzle-orm/batch";
import type { RunnableQuery } from "drizzle-orm/runnable-query";
import type { SQLitePreparedQuery } from "drizzle-orm/sqlite-core";
import { auditTypeOf, markAuditInsert } from "./audit-observer.ts";
import type { Database } from "./database.ts";

type Statement = BatchItem<"sqlite"> & { prepare(): object };

/** A statement for `runBatch`, with the result of the statement that it was compiled from. */
export type CompiledStatement<S extends Statement> = RunnableQuery<S["_"]["result"], "sqlite">;

/**
 * A statement builder whose SQL is built once for each database, by the first call. Building the SQL of a sign-in took a
 * third of its time, apart from the hash.
 *
 * `build` receives placeholders that have the types of the values. It may only put them into SQL: a condition or a
 * calculation in JavaScript would see the placeholder instead of the value. The names of the values must be the same in
 * all calls.
 */
export function compiled<Values extends object, S extends Statement>(
  build: (db: Database, values: Values) => S,
): (db: Database, values: Values) => CompiledStatement<S> {
  const binders = new WeakMap<Database, (values: Values) => CompiledStatement<S>>();
  return (db, values) => {
    const existing = binders.get(db);
    if (existing) return existing(values);
    const bind = compile(build(db, placeholdersFor(values)));
    binders.set(db, bind);
    return bind(values);
  };
}

function compile<S extends Statement>(statement: S) {
  const prepared = statement.prepare() as SQLitePreparedQuery<never>;
  const { sql, params } = prepared.getQuery();
  const readParams = params.map(readerOf);
  const readAuditType = readerOf(auditTypeOf(statement));
  return (given: object): CompiledStatement<S> => {
    const values = given as Readonly<Record<string, unknown>>;
    const query = { sql, params: readParams.map((read) => read(values)) };
    const bound = Object.assign(Object.create(prepared), { getQuery: () => query });
    // What `batch` of Drizzle calls on each statement.
    const item = { _prepare: () => bound } as unknown as CompiledStatement<S>;
    const auditType = readAuditType(values);
    return typeof auditType === "string" ? markAuditInsert(item, auditType) : item;
  };
}

/** Reads a parameter of a statement from the values of a call, in the form in which its column stores it. */
function readerOf(param: unknown): (values: Readonly<Record<string, unknown>>) => unknown {
  if (is(param, Placeholder)) return (values) => values[param.name];
  if (!is(param, Param) || !is(param.value, Placeholder)) return () => param;
  const { encoder, value } = param;
  return ({ [value.name]: given }) => (given === null ? null : encoder.mapToDriverValue(given));
}

const placeholdersFor = <Values extends object>(values: Values): Values =>
  Object.fromEntries(Object.keys(values).map((name) => [name, new ValueOfCall(name)])) as Values;

/** Throws where JavaScript would compute with it, which would store a wrong value in the statement of all calls. */
class ValueOfCall extends Placeholder {
  [Symbol.toPrimitive](): never {
    throw new Error(`A compiled statement cannot compute with "${this.name}" in JavaScript.`);
  }
  toJSON(): never {
    return this[Symbol.toPrimitive]();
  }
}
