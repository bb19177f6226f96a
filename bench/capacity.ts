import { openService, type Tally } from "./capacity/capacity-service.ts";
import { measureOperations, type Row } from "./capacity/operations.ts";
import { measureSizes, type Sizes } from "./capacity/sizes.ts";

// `npm run bench:capacity`: counts the D1 and KV operations of each API operation, and measures the size of rows. The
// counts are the same on every machine, the milliseconds are not. docs/scaling.md has the results.

const RUNS = Number(process.env.SAMPLES ?? 40);
const ROWS = Number(process.env.ROWS ?? 20_000);
/** Seconds for the whole run. */
const TIME_LIMIT = 240;

const timeLimit = setTimeout(() => {
  console.error(`\nThe bench took longer than ${TIME_LIMIT} s.`);
  process.exit(1);
}, TIME_LIMIT * 1000);
const service = await openService();
try {
  printRows(await measureOperations(service, RUNS));
  printSizes(await measureSizes(service.db, ROWS));
} finally {
  await service.close();
  clearTimeout(timeLimit);
}

function printRows(rows: readonly Row[]): void {
  console.log(
    "operation                         trips  statements  rows read  rows written  KV reads  KV writes     ms",
  );
  for (const { name, samples } of rows) {
    const figure = (key: keyof Tally) => median(samples.map(({ tally }) => tally[key]));
    const cells = [
      name.padEnd(32),
      cell(figure("roundTrips"), 7),
      cell(figure("statements"), 12),
      cell(figure("rowsRead"), 11),
      cell(figure("rowsWritten"), 14),
      cell(figure("kvReads"), 10),
      cell(figure("kvWrites"), 11),
      median(samples.map(({ ms }) => ms))
        .toFixed(1)
        .padStart(7),
    ];
    console.log(cells.join(""));
  }
}

function printSizes(sizes: Sizes): void {
  console.log(`\nbytes in the database, indexes included, over ${ROWS} rows each:`);
  for (const [name, bytes] of Object.entries(sizes)) console.log(`${name.padEnd(32)}${cell(bytes, 7)}`);
}

function cell(value: number, width: number): string {
  return String(value).padStart(width);
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}
