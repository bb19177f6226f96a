import { Unavailable } from "../kernel/unavailable.ts";

/** Counts what a request asked of the stores. A batch is one round trip. */
export type Meter = { d1: number; kv: number; kvFailed: number; burstFailed: number };

export const newMeter = (): Meter => ({ d1: 0, kv: 0, kvFailed: 0, burstFailed: 0 });

/**
 * The database with every round trip counted, and every failure to answer turned into
 * `Unavailable`. A violated constraint is a bug of ours, not an outage, and stays what it is.
 */
export function meterD1(d1: D1Database, meter: Meter): D1Database {
  const call = async <T>(run: () => Promise<T>): Promise<T> => {
    meter.d1 += 1;
    try {
      return await run();
    } catch (cause) {
      if (cause instanceof Error && /constraint failed/i.test(cause.message)) throw cause;
      throw new Unavailable("d1", cause);
    }
  };
  const wrapped = new WeakMap<object, D1PreparedStatement>();
  const wrap = (statement: D1PreparedStatement): D1PreparedStatement => {
    const metered = {
      bind: (...values: unknown[]) => wrap(statement.bind(...values)),
      run: () => call(() => statement.run()),
      all: () => call(() => statement.all()),
      raw: () => call(() => statement.raw()),
      first: () => call(() => statement.first()),
    };
    wrapped.set(metered, statement);
    // The overloads of `raw` and `first` that take arguments are not used by drizzle.
    return metered as unknown as D1PreparedStatement;
  };
  const metered = {
    prepare: (query: string) => wrap(d1.prepare(query)),
    batch: <T>(statements: D1PreparedStatement[]) =>
      call(() => d1.batch<T>(statements.map((statement) => wrapped.get(statement) ?? statement))),
  };
  // `exec`, `dump` and sessions are not used by drizzle.
  return metered as unknown as D1Database;
}
