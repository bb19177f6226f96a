import { Unavailable } from "../core/unavailable.ts";

/** Counts what a request asked of the stores, and what failed it. A batch is one round trip. */
export type Meter = {
  d1: number;
  kv: number;
  kvFailed: number;
  burstFailed: number;
  /** Providers that were of no use, and why: `google: timeout`. */
  readonly providerErrors: string[];
};

export const newMeter = (): Meter => ({ d1: 0, kv: 0, kvFailed: 0, burstFailed: 0, providerErrors: [] });

/** Which audit events are counted, and what is called for each. */
export type AuditObserver = {
  readonly types: readonly string[];
  onEvent(type: string): void;
};

/**
 * The database with every round trip counted, and every failure to answer turned into
 * `Unavailable`. A violated constraint is a bug of ours, not an outage, and stays what it is.
 * `audit.onEvent` is called for each audit row that a batch has written.
 */
export function meterD1(d1: D1Database, meter: Meter, audit: AuditObserver): D1Database {
  const call = async <T>(run: () => Promise<T>): Promise<T> => {
    meter.d1 += 1;
    try {
      return await run();
    } catch (cause) {
      if (cause instanceof Error && /constraint failed/i.test(cause.message)) throw cause;
      throw new Unavailable("d1", cause);
    }
  };
  const wrapped = new WeakMap<object, Wrapped>();
  const wrap = (statement: D1PreparedStatement, query: string, event?: string): D1PreparedStatement => {
    const metered = {
      bind: (...values: unknown[]) =>
        wrap(statement.bind(...values), query, eventIn(query, values, audit.types)),
      run: () => call(() => statement.run()),
      all: () => call(() => statement.all()),
      raw: () => call(() => statement.raw()),
      first: () => call(() => statement.first()),
    };
    wrapped.set(metered, { statement, event });
    // The overloads of `raw` and `first` that take arguments are not used by drizzle.
    return metered as unknown as D1PreparedStatement;
  };
  const metered = {
    prepare: (query: string) => wrap(d1.prepare(query), query),
    batch: async <T>(statements: D1PreparedStatement[]) => {
      const parts = statements.map((statement) => wrapped.get(statement) ?? { statement });
      const results = await call(() => d1.batch<T>(parts.map(({ statement }) => statement)));
      for (const [at, { event }] of parts.entries()) {
        if (event && results[at]?.meta.changes) audit.onEvent(event);
      }
      return results;
    },
  };
  // `exec`, `dump` and sessions are not used by drizzle.
  return metered as unknown as D1Database;
}

type Wrapped = { readonly statement: D1PreparedStatement; readonly event?: string | undefined };

/** The type of the audit row that a statement is to write. Audit rows are written in batches alone. */
const eventIn = (query: string, values: readonly unknown[], types: readonly string[]): string | undefined =>
  query.startsWith('insert into "audit_events"') ? types.find((type) => values.includes(type)) : undefined;
