import { describe, expect, it } from "vitest";
import { instrument } from "../../../scripts/mutate/instrument.ts";
import { findMutationPoints } from "../../../scripts/mutate/mutation-points.ts";
import { readTargets } from "../../../scripts/mutate/targets.ts";

const pointsOf = (source: string) =>
  findMutationPoints("example.ts", source).map(({ kind, original, replacement }) => [
    kind,
    original,
    replacement,
  ]);

/** Instruments `source`, an expression, and evaluates it with the mutant `active`. */
function evaluate(source: string, active: number, names: Record<string, unknown> = {}) {
  const points = findMutationPoints("example.ts", source).map((point, index) => ({
    ...point,
    id: index + 1,
  }));
  const code = instrument(source, points);
  const values = { __mutant: (id: number) => id === active, ...names };
  return new Function(...Object.keys(values), `return (${code});`)(...Object.values(values)) as unknown;
}

describe("findMutationPoints", () => {
  it("finds a condition with both of its constant replacements", () => {
    expect(pointsOf("if (isLocked(row)) stop();")).toEqual([
      ["condition is always true", "isLocked(row)", "true"],
      ["condition is always false", "isLocked(row)", "false"],
    ]);
  });

  it("drops each operand of a conjunction and of a disjunction", () => {
    expect(pointsOf("const x = a && b; const y = c || d;")).toEqual([
      ["operand is dropped", "a", "true"],
      ["operand is dropped", "b", "true"],
      ["operand is dropped", "c", "false"],
      ["operand is dropped", "d", "false"],
    ]);
  });

  it("moves the boundary of a comparison in code and in SQL", () => {
    expect(pointsOf("const x = a < b; const y = lt(t.a, now);")).toEqual([
      ["boundary moves", "a < b", "a <= b"],
      ["boundary moves", "lt(t.a, now)", "globalThis.__drizzle.lte(t.a, now)"],
    ]);
  });

  it("drops each conjunct of an SQL condition, and a whole WHERE", () => {
    expect(pointsOf("const x = and(eq(a, 1), isNull(b)); q.where(eq(c, 2));")).toEqual([
      ["conjunct is dropped", "eq(a, 1)", "undefined"],
      ["conjunct is dropped", "isNull(b)", "undefined"],
      ["WHERE is dropped", "eq(c, 2)", "undefined"],
    ]);
  });

  it("drops each conjunct of an sql template at its outermost level", () => {
    // biome-ignore lint/suspicious/noTemplateCurlyInString: it is the source of a template.
    expect(pointsOf("const x = sql`${t.a} = 1 AND (b OR c) AND ${t.d} > 2`;")).toEqual([
      // biome-ignore lint/suspicious/noTemplateCurlyInString: as above.
      ["conjunct is dropped", "${t.a} = 1", "` 1 AND (b OR c) AND ${t.d} > 2`"],
      // biome-ignore lint/suspicious/noTemplateCurlyInString: as above.
      ["conjunct is dropped", "(b OR c)", "`${t.a} = 1 AND 1 AND ${t.d} > 2`"],
      // biome-ignore lint/suspicious/noTemplateCurlyInString: as above.
      ["conjunct is dropped", "${t.d} > 2", "`${t.a} = 1 AND (b OR c) AND 1 `"],
    ]);
  });

  it("drops each statement of a batch, of its lists and of its shorthand properties", () => {
    const kinds = pointsOf("runBatch(db, { row: insert(x), list: [a, ...more], notice });");
    expect(kinds.map(([kind, original]) => [kind, original])).toEqual([
      ["statement is dropped", "insert(x)"],
      ["statement is dropped", "a"],
      ["statement is dropped", "more"],
      ["statement is dropped", "notice"],
    ]);
  });
});

describe("instrument", () => {
  const source = "(a, b) => (a > 1 && (b ? a !== b : !b)) || a === 7";

  it("leaves the program as it is without an active mutant", () => {
    const plain = new Function(`return (${source});`)() as (a: number, b: number) => boolean;
    const instrumented = evaluate(source, 0) as typeof plain;
    for (const a of [0, 1, 2, 7]) {
      for (const b of [0, 1, 2]) expect(instrumented(a, b), `${a} ${b}`).toBe(plain(a, b));
    }
  });

  it("applies only the active mutant, nested ones included", () => {
    const points = findMutationPoints("example.ts", source);
    const condition = points.findIndex(({ kind }) => kind === "condition is always false") + 1;
    const boundary = points.findIndex(({ kind }) => kind === "boundary moves") + 1;
    const plain = evaluate(source, 0) as (a: number, b: number) => boolean;
    expect(plain(2, 2)).toBe(false);
    expect((evaluate(source, condition) as typeof plain)(2, 2)).toBe(false);
    expect(plain(2, 1)).toBe(true);
    expect((evaluate(source, condition) as typeof plain)(2, 1)).toBe(false);
    expect(plain(1, 2)).toBe(false);
    expect((evaluate(source, boundary) as typeof plain)(1, 2)).toBe(true);
  });

  it("keeps the tag of a template and the key of a shorthand property", () => {
    const sql = (parts: TemplateStringsArray) => parts.join("?");
    expect(evaluate("sql`a AND b`", 0, { sql })).toBe("a AND b");
    expect(evaluate("sql`a AND b`", 1, { sql })).toBe(" 1 AND b");
    const runBatch = (_db: unknown, statements: object) => statements;
    const names = { runBatch, db: null, notice: "statement" };
    expect(evaluate("runBatch(db, { notice })", 0, names)).toEqual({ notice: "statement" });
  });

  it("keeps every file of the program a valid program", () => {
    for (const { file, source: original, mutants } of readTargets()) {
      // Parsing again finds at least the conditions that were there before.
      const again = findMutationPoints(file, instrument(original, mutants));
      expect(again.length, file).toBeGreaterThanOrEqual(mutants.length);
    }
  });

  it("names each mutant once", () => {
    const keys = readTargets().flatMap(({ mutants }) => mutants.map(({ key }) => key));
    expect(keys.length).toBeGreaterThan(1000);
    expect(new Set(keys).size).toBe(keys.length);
  });
});
