import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openService, type Tally } from "../../bench/capacity/capacity-service.ts";
import { measureOperations } from "../../bench/capacity/operations.ts";

// Operators plan capacity and cost by docs/scaling.md: its figures must equal those that D1 reports.

type Cells = readonly string[];

/** The cells of the table whose first header cell begins with `header`, without Markdown marks. */
function tableOf(header: string): readonly Cells[] {
  const lines = readFileSync("docs/scaling.md", "utf8").split("\n");
  const head = lines.findIndex((line) => line.startsWith(`| ${header} `));
  const rows = lines.slice(head + 2, lines.indexOf("", head));
  return rows.map((row) =>
    row
      .split("|")
      .slice(1, -1)
      .map((cell) => cell.replaceAll(/[`*]/g, "").trim()),
  );
}

const FIGURES = ["roundTrips", "statements", "rowsRead", "rowsWritten", "kvReads", "kvWrites"] as const;

// D1 counts one row less if no row follows the one that the query finds, which applies to an account whose random ID is
// greater than all earlier ones. The maximum of eight repetitions is wrong once in 40,320 runs.
const REPETITIONS = 8;

/** The benchmark's name of an operation, where the page uses another. */
const BENCHMARK_NAMES: Readonly<Record<string, string>> = {
  "JWKS, with warm keys": "JWKS",
  "cron, nothing due": "cron, every minute, nothing due",
};

const operations = tableOf("operation").map(([name = "", ...figures]) => ({
  name,
  figures: Object.fromEntries(FIGURES.map((figure, index) => [figure, Number(figures[index])])) as Tally,
}));

describe("operations table of docs/scaling.md", () => {
  const measured = new Map<string, Tally>();
  let service: Awaited<ReturnType<typeof openService>>;
  beforeAll(async () => {
    service = await openService();
    for (const { name, samples } of await measureOperations(service, REPETITIONS)) {
      const maximum = (figure: keyof Tally) => Math.max(...samples.map(({ tally }) => tally[figure]));
      measured.set(name, Object.fromEntries(FIGURES.map((figure) => [figure, maximum(figure)])) as Tally);
    }
  });
  afterAll(() => service?.close());

  it.each(operations)("states the figures that D1 reports for: $name", ({ name, figures }) => {
    expect(measured.get(BENCHMARK_NAMES[name] ?? name)).toEqual(figures);
  });
});

/** Matches an amount rounded to whole cents. Half a cent may round either way. */
const roundedFrom = (exact: number) => (rounded: number) => Math.abs(rounded - exact) < 0.0051;

describe("cost tables of docs/scaling.md", () => {
  const prices = new Map(tableOf("what ").map(([unit, , price]) => [unit, Number(price?.slice(1))]));
  const priceOf = (unit: string) => prices.get(unit) ?? Number.NaN;
  const costs = new Map(
    tableOf("a million of").map(([operation, ...cells]) => [
      operation,
      cells.map((cell) => Number(cell.slice(1))),
    ]),
  );

  it.each([
    ["sign-ins", "sign in, known device"],
    ["refreshes", "refresh"],
    ["GET /me", "profile (GET /me)"],
  ])(
    "states the D1 and KV cost of a million %s that follows from the operations table",
    (name, operation) => {
      const { rowsRead, rowsWritten, kvReads, kvWrites } =
        operations.find((row) => row.name === operation)?.figures ?? ({} as Tally);
      const [, , d1, kv] = costs.get(name) ?? [];
      expect(d1).toSatisfy(
        roundedFrom(rowsRead * priceOf("D1 rows read") + rowsWritten * priceOf("D1 rows written")),
      );
      expect(kv).toBeCloseTo(kvReads * priceOf("KV reads") + kvWrites * priceOf("KV writes"), 2);
    },
  );

  it.each([...costs])("states a total cost of a million %s that is the sum of its parts", (_name, cells) => {
    expect(cells.at(-1)).toBeCloseTo(
      cells.slice(0, -1).reduce((sum, cell) => sum + cell, 0),
      2,
    );
  });
});
