import { type FillableD1, fillDatabase } from "../scripts/dev/fill-database.ts";
import { type Answer, type BenchService, openService, PASSWORD } from "./bench-services.ts";

// `npm run bench:users`: does it matter to anybody how many people there are? Two services, one with a thousand
// people and one with a million, are asked the same in turn, and the medians compared.

const SAMPLES = Number(process.env.SAMPLES ?? 100);
const MANY = Number(process.env.PEOPLE ?? 1_000_000);
const FEW = 1000;
/** How much longer the many may take. */
const ALLOWED = 1.5;
const WARM_UP = 10;
/** Milliseconds after a sign-in: what it leaves for after its answer must not fall on the next one. */
const REST = 10;
/** People on a page. */
const PAGE = 20;
/** Pages of the walks, with fewer people as many as there may be: everybody, and whoever one letter finds. */
const PAGES = Math.min(10_000, Math.floor(MANY / PAGE));
const PAGES_OF_A_LETTER = Math.min(5000, Math.floor(MANY / PAGE / 10));

type Ask = (house: BenchService, turn: number) => Promise<Answer>;
type Row = { readonly name: string; readonly few: number[]; readonly many: number[]; readonly found: string };

process.exitCode = await run();

async function run(): Promise<number> {
  const few = await openService(fillWith(FEW));
  const many = await openService(fillWith(MANY));
  try {
    const rows = await measureAll([few, many]);
    rows.push(await walk([few, many], {}, PAGES));
    rows.push(await walk([few, many], { search: "a" }, PAGES_OF_A_LETTER));
    return report(rows);
  } finally {
    await Promise.all([few.close(), many.close()]);
  }
}

function fillWith(count: number) {
  return async (db: FillableD1, passwordHash: string) => {
    const began = Date.now();
    await fillDatabase(db, { count, passwordHash, now: began });
    console.log(`${count.toLocaleString("en")} people in ${((Date.now() - began) / 1000).toFixed(1)} s`);
  };
}

function questions(): Record<string, Ask> {
  const list =
    (query: Record<string, string>): Ask =>
    (house) =>
      house.list({ limit: String(PAGE), ...query });
  const someone = (house: BenchService, turn: number) =>
    house.people[turn % house.people.length] as BenchService["people"][0];
  const about =
    (text: (person: BenchService["people"][0]) => string, limit: number): Ask =>
    (house, turn) =>
      house.list({ limit: String(limit), search: text(someone(house, turn)) });
  return {
    "list, first page": list({}),
    "list, role=admin": list({ role: "admin" }),
    "list, status=deactivated": list({ status: "deactivated", limit: "10" }),
    "list, role and status": list({ role: "user", status: "deactivated", limit: "10" }),
    "search, one letter": list({ search: "a" }),
    "search, two letters": list({ search: "ma" }),
    "search, a common first name": list({ search: "Maria" }),
    "search, a common last name": list({ search: "müller" }),
    "search, most of a name": list({ search: "smit" }),
    "search, a big mail domain": list({ search: "bigmail.test" }),
    "search, a letter among admins": list({ search: "a", role: "admin", limit: "2" }),
    "search, a letter, deactivated": list({ search: "m", status: "deactivated", limit: "5" }),
    // As many as a thousand people have of each.
    "search, somebody's full name": about(({ name, last_name }) => `${name} ${last_name ?? ""}`, 1),
    "search, somebody's full address": about(({ email }) => email, PAGE),
    "search, nobody": list({ search: "maria qqqqqq" }),
    "sign in": (house, turn) =>
      house.post("/login", { email: someone(house, turn).email, password: PASSWORD }),
    "GET /me": (house, turn) => house.get("/me", house.tokens[turn % house.tokens.length]),
  };
}

/**
 * Every question in every turn, and the houses in turn, each first as often as second: a slow minute of the
 * machine is slow for all of them.
 */
async function measureAll(houses: readonly [BenchService, BenchService]): Promise<Row[]> {
  const all = Object.entries(questions()).map(([name, ask]) => ({ name, ask, times: pair(), found: [0, 0] }));
  for (let turn = -WARM_UP; turn < SAMPLES; turn += 1) {
    for (const { ask, times, found } of all) {
      for (const at of turn % 2 === 0 ? ([0, 1] as const) : ([1, 0] as const)) {
        const began = performance.now();
        const answer = await ask(houses[at], turn + WARM_UP);
        if (turn >= 0) times[at].push(performance.now() - began);
        found[at] = answer.data.users?.length ?? 1;
        if (answer.data.token) await new Promise((resolve) => setTimeout(resolve, REST));
      }
    }
  }
  return all.map(({ name, times, found }) => ({
    name,
    few: times[0],
    many: times[1],
    found: found.join("/"),
  }));
}

function pair(): [number[], number[]] {
  return [[], []];
}

/**
 * Follows the cursor, page after page; a thousand people have fewer pages, so there it begins again. Only
 * the last pages of the way count, which are the deep ones.
 */
async function walk(
  [few, many]: readonly [BenchService, BenchService],
  query: Record<string, string>,
  pages: number,
): Promise<Row> {
  const step = async (house: BenchService, cursor: string | null) => {
    const began = performance.now();
    const { data } = await house.list({
      limit: String(PAGE),
      ...query,
      ...(cursor === null ? {} : { cursor }),
    });
    return { took: performance.now() - began, users: data.users ?? [], next: data.nextCursor ?? null };
  };
  const seen = new Set<string>();
  const times = pair();
  let [there, here]: (string | null)[] = [null, null];
  let count = 0;
  for (let page = 1; page <= pages; page += 1) {
    const deep = await step(many, there ?? null);
    for (const { id } of deep.users) seen.add(id);
    count += deep.users.length;
    times[1].push(deep.took);
    there = deep.next;
    if (page > pages - SAMPLES) {
      const shallow = await step(few, here ?? null);
      here = shallow.next;
      times[0].push(shallow.took);
    }
    if (there === null && page < pages) throw new Error(`The walk ended at page ${page} of ${pages}.`);
  }
  const asked = new URLSearchParams(query).toString();
  if (seen.size !== count) throw new Error(`The walk of "${asked}" met somebody twice.`);
  const name = `page ${(count / PAGE).toLocaleString("en")}${asked && `, ${asked}`}`;
  return { name, few: times[0], many: times[1].slice(-SAMPLES), found: `${PAGE}/${PAGE}` };
}

function report(rows: readonly Row[]): number {
  const ms = (value: number) => value.toFixed(2).padStart(8);
  const line = (name: string, cells: readonly string[]) => console.log(name.padEnd(34) + cells.join(" "));
  console.log(
    `\n${SAMPLES} samples each, milliseconds: ${FEW.toLocaleString("en")} people, and ${MANY.toLocaleString("en")}\n`,
  );
  line("", ["  median", "     p95", "  median", "     p95", "  ratio", " found"]);
  let isEven = true;
  for (const { name, few, many, found } of rows) {
    const ratio = quantile(many, 0.5) / quantile(few, 0.5);
    const passes = ratio <= ALLOWED;
    isEven &&= passes;
    const figures = [few, many].flatMap((times) => [ms(quantile(times, 0.5)), ms(quantile(times, 0.95))]);
    line(name, [...figures, ratio.toFixed(2).padStart(7), found.padStart(6), passes ? "PASS" : "FAIL"]);
  }
  console.log(`\n${isEven ? "PASS" : "FAIL"}: everything within ${ALLOWED} times\n`);
  return isEven ? 0 : 1;
}

function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(Math.floor(sorted.length * share), sorted.length - 1)] ?? Number.NaN;
}
