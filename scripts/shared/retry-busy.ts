import { setTimeout } from "node:timers/promises";

// The last is the local D1's error when SQLite is busy at the end of a transaction, which then rolls back.
const BUSY = /database is locked|SQLITE_BUSY|Failed to get session commit token/i;

/** In milliseconds. The pause is short, since another writer may leave only short gaps. */
const DEFAULTS = { timeout: 30_000, pause: 10 };

/** Whether an error message is that of a busy database. */
export const isBusyMessage = (message: string): boolean => BUSY.test(message);

/**
 * Retries statements of the local database while another process writes to it: workerd's SQLite does not wait for a
 * lock. A statement or batch that fails with "busy" has changed nothing, so each is retried alone. Retrying a whole
 * command might never finish. Throws the last failure after 30 seconds.
 */
export function retryBusy(d1: D1Database, { timeout, pause } = DEFAULTS): D1Database {
  const whileBusy = <T>(run: () => Promise<T>) => retryUntil(run, { deadline: Date.now() + timeout, pause });
  const originals = new WeakMap<D1PreparedStatement, D1PreparedStatement>();
  const wrap = (statement: D1PreparedStatement): D1PreparedStatement => {
    const retrying = {
      bind: (...values: unknown[]) => wrap(statement.bind(...values)),
      run: () => whileBusy(() => statement.run()),
      all: () => whileBusy(() => statement.all()),
      // Both have overloads: with a column, `first` resolves to its value, not to the row.
      raw: (...options: Parameters<D1PreparedStatement["raw"]>) => whileBusy(() => statement.raw(...options)),
      first: (...columns: [string]) => whileBusy(() => statement.first(...columns)),
    } as unknown as D1PreparedStatement;
    originals.set(retrying, statement);
    return retrying;
  };
  const retrying = {
    prepare: (query: string) => wrap(d1.prepare(query)),
    batch: (statements: D1PreparedStatement[]) => {
      const parts = statements.map((statement) => originals.get(statement) ?? statement);
      return whileBusy(() => d1.batch(parts));
    },
  };
  return retrying as unknown as D1Database;
}

async function retryUntil<T>(
  run: () => Promise<T>,
  options: { readonly deadline: number; readonly pause: number },
): Promise<T> {
  try {
    return await run();
  } catch (error) {
    if (Date.now() >= options.deadline || !(error instanceof Error) || !isBusyMessage(error.message))
      throw error;
  }
  await setTimeout(options.pause * (1 + 4 * Math.random()));
  return retryUntil(run, options);
}
