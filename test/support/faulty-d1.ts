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
