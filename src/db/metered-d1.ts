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

/** The observed audit event types, and the callback for each written event. */
export type AuditObserver = {
  readonly types: readonly string[];
  onEvent(type: string): void;
};

/**
 * Wraps D1: counts every round trip and turns failures into `Unavailable`. A violated constraint is a
 * bug, not an outage, so that error is rethrown. `audit.onEvent` is called for each audit row that a
 * batch wrote.
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
    // Drizzle does not use the overloads of `raw` and `first` with arguments.
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
  // Drizzle does not use `exec`, `dump` and sessions.
  return metered as unknown as D1Database;
}

type Wrapped = { readonly statement: D1PreparedStatement; readonly event?: string | undefined };

/** The type of the audit event that the statement inserts, if any. Only batches insert audit events. */
const eventIn = (query: string, values: readonly unknown[], types: readonly string[]): string | undefined =>
  query.startsWith('insert into "audit_events"') ? types.find((type) => values.includes(type)) : undefined;
