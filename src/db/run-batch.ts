import type { BatchItem } from "drizzle-orm/batch";
import type { Database } from "./database.ts";

type Statement = BatchItem<"sqlite">;

/** One statement whose result is read by name, or statements whose results are not read. */
export type BatchPart = Statement | readonly Statement[];

export type NamedResults<Parts extends Readonly<Record<string, BatchPart>>> = {
  readonly [Name in keyof Parts as Parts[Name] extends Statement
    ? Name
    : never]: Parts[Name] extends Statement ? Parts[Name]["_"]["result"] : never;
};

/**
 * Runs one atomic batch in the order of the parts, and returns the result of each single statement by the name of its
 * part. A part that is a list of statements has no result. Part names must not be integers, since JavaScript
 * would reorder them.
 */
export async function runBatch<Parts extends Readonly<Record<string, BatchPart>>>(
  db: Database,
  parts: Parts,
): Promise<NamedResults<Parts>> {
  const names: (string | null)[] = [];
  const statements: Statement[] = [];
  for (const [name, part] of Object.entries(parts)) {
    const list = isList(part) ? part : [part];
    for (const statement of list) {
      names.push(isList(part) ? null : name);
      statements.push(statement);
    }
  }
  const [first, ...rest] = statements;
  if (!first) throw new Error("A batch needs at least one statement.");
  const results: readonly unknown[] = await db.batch([first, ...rest]);
  const named = names.flatMap((name, index) => (name === null ? [] : [[name, results[index]] as const]));
  return Object.fromEntries(named) as NamedResults<Parts>;
}

const isList = (part: BatchPart): part is readonly Statement[] => Array.isArray(part);
