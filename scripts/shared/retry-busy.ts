import { setTimeout } from "node:timers/promises";

// The last is what the local D1 makes of it when it meets it at the end of a transaction, which is then undone.
const BUSY = /database is locked|SQLITE_BUSY|Failed to get session commit token/i;

/** Milliseconds for which a statement is tried, and the shortest pause in between: the writer may leave gaps as short. */
const PATIENCE = { until: 30_000, pause: 10 };

/** Whether the words of a failure are those of a busy database. */
export const saysBusy = (message: string): boolean => BUSY.test(message);

/**
 * The local database, beside somebody who writes to it: SQLite, as workerd has it, does not wait for a lock. What
 * meets one has changed nothing, a batch as a whole, and is done again, each statement by itself: a command of
 * many that began anew with each would hardly come to its end. Throws the last failure after 30 seconds.
 */
export function retryBusy(d1: D1Database, { until, pause } = PATIENCE): D1Database {
  const whileBusy = <T>(run: () => Promise<T>) => tryWhileBusy(run, { until: Date.now() + until, pause });
  const within = new WeakMap<D1PreparedStatement, D1PreparedStatement>();
  const wrap = (statement: D1PreparedStatement): D1PreparedStatement => {
    const patient = {
      bind: (...values: unknown[]) => wrap(statement.bind(...values)),
      run: () => whileBusy(() => statement.run()),
      all: () => whileBusy(() => statement.all()),
      raw: () => whileBusy(() => statement.raw()),
      first: () => whileBusy(() => statement.first()),
      // The overloads of `raw` and `first` that take arguments are used by nobody here.
    } as unknown as D1PreparedStatement;
    within.set(patient, statement);
    return patient;
  };
  const patient = {
    prepare: (query: string) => wrap(d1.prepare(query)),
    batch: (statements: D1PreparedStatement[]) => {
      const parts = statements.map((statement) => within.get(statement) ?? statement);
      return whileBusy(() => d1.batch(parts));
    },
  };
  return patient as unknown as D1Database;
}

async function tryWhileBusy<T>(run: () => Promise<T>, patience: typeof PATIENCE): Promise<T> {
  try {
    return await run();
  } catch (error) {
    if (Date.now() >= patience.until || !(error instanceof Error) || !saysBusy(error.message)) throw error;
  }
  await setTimeout(patience.pause * (1 + 4 * Math.random()));
  return tryWhileBusy(run, patience);
}
