/** The statements that a service sent to D1, with their values, and the number of round trips. */
export type Recording = {
  readonly db: D1Database;
  readonly statements: { readonly sql: string; readonly values: unknown[] }[];
  trips: number;
};

/** A D1 binding that passes calls to the given one and records its statements. */
export function recordD1(d1: D1Database): Recording {
  const originals = new WeakMap<object, { statement: D1PreparedStatement; sql: string; values: unknown[] }>();
  const recording: Recording = { db: undefined as unknown as D1Database, statements: [], trips: 0 };
  const wrap = (statement: D1PreparedStatement, sql: string, values: unknown[]): D1PreparedStatement => {
    const run =
      (name: "run" | "all" | "raw" | "first") =>
      (...args: unknown[]) => {
        recording.trips += 1;
        recording.statements.push({ sql, values });
        return (statement[name] as (...rest: unknown[]) => unknown)(...args);
      };
    const wrapped = {
      bind: (...bound: unknown[]) => wrap(statement.bind(...bound), sql, bound),
      run: run("run"),
      all: run("all"),
      raw: run("raw"),
      first: run("first"),
    };
    originals.set(wrapped, { statement, sql, values });
    return wrapped as unknown as D1PreparedStatement;
  };
  const db = {
    prepare: (sql: string) => wrap(d1.prepare(sql), sql, []),
    batch: (statements: D1PreparedStatement[]) => {
      recording.trips += 1;
      const found = statements.map((statement) => originals.get(statement));
      for (const one of found) if (one) recording.statements.push({ sql: one.sql, values: one.values });
      return d1.batch(statements.map((statement, at) => found[at]?.statement ?? statement));
    },
  };
  return Object.assign(recording, { db: db as unknown as D1Database });
}

/** A KV binding that passes calls to the given one and counts gets and puts. */
export function countKv(kv: KVNamespace): { readonly kv: KVNamespace; gets: number; puts: number } {
  const counts = { kv, gets: 0, puts: 0 };
  counts.kv = new Proxy(kv, {
    get(target, name) {
      const value = Reflect.get(target, name);
      if (typeof value !== "function") return value;
      return (...args: unknown[]) => {
        if (name === "get" || name === "getWithMetadata") counts.gets += 1;
        if (name === "put") counts.puts += 1;
        return value.apply(target, args);
      };
    },
  });
  return counts;
}
