import { env } from "cloudflare:workers";
import { startService, type TestClock } from "./service.ts";

/**
 * How a call fails. `not_sent`: D1 never receives it. `fails_in_the_middle` and `fails_at_the_end`: a
 * statement of the batch fails there, and D1 rolls the batch back. `answer_lost`: D1 commits, but the
 * caller gets an error.
 */
export type D1Fault = "not_sent" | "fails_in_the_middle" | "fails_at_the_end" | "answer_lost";

export const D1_FAULTS: readonly D1Fault[] = [
  "not_sent",
  "fails_in_the_middle",
  "fails_at_the_end",
  "answer_lost",
];

type Plan = { readonly call: number; readonly fault: D1Fault };

export type FaultyD1 = {
  readonly db: D1Database;
  /** Calls since the last plan; a batch is one. */
  calls: number;
  /** Whether the planned fault has occurred. */
  triggered: boolean;
  /** Only the planned call fails. Null: none fails. */
  plan(plan: Plan | null): void;
  /** Makes every call fail until the next plan. */
  failAllCalls(): void;
};

const networkError = () => new Error("D1_ERROR: Network connection lost.");

/** A D1 binding that passes calls to the given one and injects the planned faults. */
export function createFaultyD1(d1: D1Database): FaultyD1 {
  let planned: Plan | null = null;
  let isDown = false;
  const faulty: FaultyD1 = {
    db: undefined as unknown as D1Database,
    calls: 0,
    triggered: false,
    plan(plan) {
      planned = plan;
      isDown = false;
      Object.assign(faulty, { calls: 0, triggered: false });
    },
    failAllCalls() {
      isDown = true;
    },
  };
  const call = async <T>(run: () => Promise<T>, failInside: (at: "middle" | "end") => Promise<T>) => {
    if (isDown) throw networkError();
    faulty.calls += 1;
    if (planned?.call !== faulty.calls) return run();
    faulty.triggered = true;
    if (planned.fault === "fails_in_the_middle") return failInside("middle");
    if (planned.fault === "fails_at_the_end") return failInside("end");
    if (planned.fault === "answer_lost") await run();
    throw networkError();
  };
  const originals = new WeakMap<object, D1PreparedStatement>();
  const wrap = (statement: D1PreparedStatement): D1PreparedStatement => {
    const runAlone = (name: "run" | "all" | "raw" | "first") => () =>
      call(
        () => (statement[name] as () => Promise<unknown>).call(statement),
        () => d1.batch([statement, failing()]),
      );
    const wrapped = {
      bind: (...values: unknown[]) => wrap(statement.bind(...values)),
      run: runAlone("run"),
      all: runAlone("all"),
      raw: runAlone("raw"),
      first: runAlone("first"),
    };
    originals.set(wrapped, statement);
    return wrapped as unknown as D1PreparedStatement;
  };
  /** Fails when it runs, not when it is prepared. The statements before it in the batch have run by then. */
  const failing = () => d1.prepare("SELECT abs(-9223372036854775808)");
  const db = {
    prepare: (sql: string) => wrap(d1.prepare(sql)),
    batch: (statements: D1PreparedStatement[]) => {
      const real = statements.map((statement) => originals.get(statement) ?? statement);
      return call(
        () => d1.batch(real),
        (at) =>
          d1.batch(real.toSpliced(at === "end" ? real.length : Math.ceil(real.length / 2), 0, failing())),
      );
    },
  };
  return Object.assign(faulty, { db: db as unknown as D1Database });
}

/** A service whose n-th D1 batch waits until it is released. `reached` resolves when that batch arrives. */
export function startWithHeldBatch(
  nth: number,
  variables: Readonly<Record<string, string>> = {},
  clock?: TestClock,
) {
  const reached = Promise.withResolvers<void>();
  const gate = Promise.withResolvers<void>();
  let batches = 0;
  const held = new Proxy(env.DB, {
    get(target, name) {
      const value = Reflect.get(target, name);
      if (name !== "batch") return typeof value === "function" ? value.bind(target) : value;
      return async (statements: D1PreparedStatement[]) => {
        batches += 1;
        if (batches === nth) {
          reached.resolve();
          await gate.promise;
        }
        return target.batch(statements);
      };
    },
  });
  return {
    service: startService({ env: { ...variables, DB: held }, clock }),
    reached: reached.promise,
    release: gate.resolve,
  };
}

/** A statement with its values, and the rows of tables and indexes that it wrote. */
type RecordedStatement = { readonly sql: string; readonly values: unknown[]; rows: number };

/** The statements that a service sent to D1, with their values, the number of round trips and of written rows. */
export type Recording = {
  readonly db: D1Database;
  readonly statements: RecordedStatement[];
  trips: number;
  /** Rows of tables and indexes, as D1 counts them for its bill. */
  rowsWritten: number;
};

/** A D1 binding that passes calls to the given one and records its statements. */
export function recordD1(d1: D1Database): Recording {
  const originals = new WeakMap<object, { statement: D1PreparedStatement; sql: string; values: unknown[] }>();
  const recording: Recording = {
    db: undefined as unknown as D1Database,
    statements: [],
    trips: 0,
    rowsWritten: 0,
  };
  const record = (statements: readonly RecordedStatement[]) => {
    recording.trips += 1;
    recording.statements.push(...statements);
  };
  const countRows = (statements: readonly RecordedStatement[], results: readonly unknown[]) => {
    for (const [at, statement] of statements.entries()) {
      statement.rows = (results as readonly Partial<D1Result>[])[at]?.meta?.rows_written ?? 0;
      recording.rowsWritten += statement.rows;
    }
  };
  const wrap = (statement: D1PreparedStatement, sql: string, values: unknown[]): D1PreparedStatement => {
    const run =
      (name: "run" | "all" | "raw" | "first") =>
      async (...args: unknown[]) => {
        const recorded = [{ sql, values, rows: 0 }];
        record(recorded);
        const result = await (statement[name] as (...rest: unknown[]) => Promise<unknown>)(...args);
        countRows(recorded, [result]);
        return result;
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
    batch: async (statements: D1PreparedStatement[]) => {
      const found = statements.map((statement) => originals.get(statement));
      const recorded = found.map((one) => ({ sql: one?.sql ?? "", values: one?.values ?? [], rows: 0 }));
      record(recorded);
      const results = await d1.batch(statements.map((statement, at) => found[at]?.statement ?? statement));
      countRows(recorded, results);
      return results;
    },
  };
  return Object.assign(recording, { db: db as unknown as D1Database });
}
