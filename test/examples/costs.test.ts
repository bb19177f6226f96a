import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openService, type Tally } from "../../bench/capacity/capacity-service.ts";
import { measureOperations } from "../../bench/capacity/operations.ts";

// docs/scaling.md is what somebody plans and pays by, so its figures are those that D1 itself gives.

type Cells = readonly string[];

/** The rows of the table whose header begins with that, without their marks. */
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

// A query reads a row less where none comes after what it looks for, which is so of an account whose random identifier
// is greater than all before it. That all of the eight are so happens once in 40,320 runs.
const LIVES = 8;

/** As the bench calls what the page calls otherwise. */
const IN_THE_BENCH: Readonly<Record<string, string>> = {
  "JWKS, with warm keys": "JWKS",
  "cron, nothing due": "cron, every minute, nothing due",
};

const operations = tableOf("operation").map(([name = "", ...figures]) => ({
  name,
  figures: Object.fromEntries(FIGURES.map((figure, index) => [figure, Number(figures[index])])) as Tally,
}));

describe("docs/scaling.md", () => {
  const measured = new Map<string, Tally>();
  let house: Awaited<ReturnType<typeof openService>>;
  beforeAll(async () => {
    house = await openService();
    for (const { name, samples } of await measureOperations(house, LIVES)) {
      const most = (figure: keyof Tally) => Math.max(...samples.map(({ tally }) => tally[figure]));
      measured.set(name, Object.fromEntries(FIGURES.map((figure) => [figure, most(figure)])) as Tally);
    }
  });
  afterAll(() => house?.close());

  it.each(operations)("has what D1 counts: $name", ({ name, figures }) => {
    expect(measured.get(IN_THE_BENCH[name] ?? name)).toEqual(figures);
  });
});

/** To whole cents, half of one included. */
const roundedFrom = (exact: number) => (shown: number) => Math.abs(shown - exact) < 0.0051;

describe("what it costs", () => {
  const prices = new Map(tableOf("what ").map(([what, , price]) => [what, Number(price?.slice(1))]));
  const price = (what: string) => prices.get(what) ?? Number.NaN;
  const costs = new Map(
    tableOf("a million of").map(([what, ...cells]) => [what, cells.map((cell) => Number(cell.slice(1)))]),
  );

  it.each([
    ["sign-ins", "sign in, known device"],
    ["refreshes", "refresh"],
    ["GET /me", "who am I (GET /me)"],
  ])("a million %s is what the table above makes of it", (what, operation) => {
    const { rowsRead, rowsWritten, kvReads, kvWrites } =
      operations.find(({ name }) => name === operation)?.figures ?? ({} as Tally);
    const [, , d1, kv] = costs.get(what) ?? [];
    expect(d1).toSatisfy(
      roundedFrom(rowsRead * price("D1 rows read") + rowsWritten * price("D1 rows written")),
    );
    expect(kv).toBeCloseTo(kvReads * price("KV reads") + kvWrites * price("KV writes"), 2);
  });

  it.each([...costs])("a million %s is the sum of its parts", (_what, cells) => {
    expect(cells.at(-1)).toBeCloseTo(
      cells.slice(0, -1).reduce((sum, cell) => sum + cell, 0),
      2,
    );
  });
});
