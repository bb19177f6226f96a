import { Unavailable } from "../core/unavailable.ts";

/** Counts the round trips and failures of one request. A batch is one round trip. */
export type Meter = {
  d1: number;
  kv: number;
  kvFailed: number;
  burstFailed: number;
  /** Failed providers and the reason: `google: timeout`. */
  readonly providerErrors: string[];
};

export const newMeter = (): Meter => ({ d1: 0, kv: 0, kvFailed: 0, burstFailed: 0, providerErrors: [] });

/**
 * Wraps D1: counts every round trip and turns failures into `Unavailable`. A violated constraint is a
 * bug, not an outage, so that error is rethrown.
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
  // D1 refuses a batch of anything but its own statements.
  const own = new WeakMap<object, D1PreparedStatement>();
  const wrap = (statement: D1PreparedStatement): D1PreparedStatement => {
    const metered = {
      bind: (...values: unknown[]) => wrap(statement.bind(...values)),
      run: () => call(() => statement.run()),
      all: () => call(() => statement.all()),
      raw: () => call(() => statement.raw()),
      first: () => call(() => statement.first()),
    };
    own.set(metered, statement);
    // Drizzle does not use the overloads of `raw` and `first` with arguments.
    return metered as unknown as D1PreparedStatement;
  };
  const metered = {
    prepare: (query: string) => wrap(d1.prepare(query)),
    batch: <T>(statements: D1PreparedStatement[]) =>
      call(() => d1.batch<T>(statements.map((statement) => own.get(statement) ?? statement))),
  };
  // Drizzle does not use `exec`, `dump` and sessions.
  return metered as unknown as D1Database;
}
