import { type FillableD1, fillDatabase } from "../scripts/dev/fill-database.ts";
import { type BenchService, type ListResponse, openService, PASSWORD } from "./bench-services.ts";

// `npm run bench:users`: checks that response times do not depend on the number of users. It sends the same requests
// alternately to a service with a thousand users and to one with a million, and compares the medians.

const SAMPLES = Number(process.env.SAMPLES ?? 100);
const MANY = Number(process.env.PEOPLE ?? 1_000_000);
const FEW = 1000;
/** The allowed ratio of the medians. */
const ALLOWED_RATIO = 1.5;
const WARM_UP = 10;
/** Pause after a sign-in: its deferred work must not delay the next request. */
const PAUSE_MS = 10;
/** Users per page. */
const PAGE = 20;
/** Pages to walk through, at most as many as there are: all users, and the results of a one-letter search. */
const PAGES = Math.min(10_000, Math.floor(MANY / PAGE));
const PAGES_OF_ONE_LETTER = Math.min(5000, Math.floor(MANY / PAGE / 10));

type Operation = (service: BenchService, turn: number) => Promise<ListResponse>;
type Row = { readonly name: string; readonly few: number[]; readonly many: number[]; readonly found: string };

process.exitCode = await run();

async function run(): Promise<number> {
  const few = await openService(fillWith(FEW));
  const many = await openService(fillWith(MANY));
  try {
    const rows = await measureAll([few, many]);
    rows.push(await walk([few, many], {}, PAGES));
    rows.push(await walk([few, many], { search: "a" }, PAGES_OF_ONE_LETTER));
    return report(rows);
  } finally {
    await Promise.all([few.close(), many.close()]);
  }
}

function fillWith(count: number) {
  return async (db: FillableD1, passwordHash: string) => {
    const began = Date.now();
    await fillDatabase(db, { count, passwordHash, now: began });
    console.log(`${count.toLocaleString("en")} users in ${((Date.now() - began) / 1000).toFixed(1)} s`);
  };
}

function operations(): Record<string, Operation> {
  const list =
    (query: Record<string, string>): Operation =>
    (service) =>
      service.list({ limit: String(PAGE), ...query });
  const userAt = (service: BenchService, turn: number) =>
    service.users[turn % service.users.length] as BenchService["users"][0];
  const searchFor =
    (text: (user: BenchService["users"][0]) => string, limit: number): Operation =>
    (service, turn) =>
      service.list({ limit: String(limit), search: text(userAt(service, turn)) });
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
    // The limits are the number of results with a thousand users.
    "search, one full name": searchFor(({ name, last_name }) => `${name} ${last_name ?? ""}`, 1),
    "search, one full address": searchFor(({ email }) => email, PAGE),
    "search, no result": list({ search: "maria qqqqqq" }),
    "sign in": (service, turn) =>
      service.post("/login", { email: userAt(service, turn).email, password: PASSWORD }),
    "GET /me": (service, turn) => service.get("/me", service.tokens[turn % service.tokens.length]),
  };
}

/**
 * Each turn runs every operation on both services, and alternates which is first, so that a slow phase of the machine
 * affects all of them.
 */
async function measureAll(services: readonly [BenchService, BenchService]): Promise<Row[]> {
  const all = Object.entries(operations()).map(([name, run]) => ({
    name,
    run,
    times: pair(),
    found: [0, 0],
  }));
  for (let turn = -WARM_UP; turn < SAMPLES; turn += 1) {
    for (const { run, times, found } of all) {
      for (const at of turn % 2 === 0 ? ([0, 1] as const) : ([1, 0] as const)) {
        const began = performance.now();
        const response = await run(services[at], turn + WARM_UP);
        if (turn >= 0) times[at].push(performance.now() - began);
        found[at] = response.data.users?.length ?? 1;
        if (response.data.token) await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
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
 * Follows the cursor from page to page. A thousand users have fewer pages, so that walk restarts. Only the last, deep
 * pages count.
 */
async function walk(
  [few, many]: readonly [BenchService, BenchService],
  query: Record<string, string>,
  pages: number,
): Promise<Row> {
  const step = async (service: BenchService, cursor: string | null) => {
    const began = performance.now();
    const { data } = await service.list({
      limit: String(PAGE),
      ...query,
      ...(cursor === null ? {} : { cursor }),
    });
    return { took: performance.now() - began, users: data.users ?? [], next: data.nextCursor ?? null };
  };
  const seen = new Set<string>();
  const times = pair();
  let [deepCursor, shallowCursor]: (string | null)[] = [null, null];
  let count = 0;
  for (let page = 1; page <= pages; page += 1) {
    const deep = await step(many, deepCursor ?? null);
    for (const { id } of deep.users) seen.add(id);
    count += deep.users.length;
    times[1].push(deep.took);
    deepCursor = deep.next;
    if (page > pages - SAMPLES) {
      const shallow = await step(few, shallowCursor ?? null);
      shallowCursor = shallow.next;
      times[0].push(shallow.took);
    }
    if (deepCursor === null && page < pages) throw new Error(`The walk ended at page ${page} of ${pages}.`);
  }
  const search = new URLSearchParams(query).toString();
  if (seen.size !== count) throw new Error(`The walk through "${search}" returned a user twice.`);
  const name = `page ${(count / PAGE).toLocaleString("en")}${search && `, ${search}`}`;
  return { name, few: times[0], many: times[1].slice(-SAMPLES), found: `${PAGE}/${PAGE}` };
}

function report(rows: readonly Row[]): number {
  const ms = (value: number) => value.toFixed(2).padStart(8);
  const line = (name: string, cells: readonly string[]) => console.log(name.padEnd(34) + cells.join(" "));
  console.log(
    `\n${SAMPLES} samples each, milliseconds: ${FEW.toLocaleString("en")} users, and ${MANY.toLocaleString("en")}\n`,
  );
  line("", ["  median", "     p95", "  median", "     p95", "  ratio", " found"]);
  let isEven = true;
  for (const { name, few, many, found } of rows) {
    const ratio = quantile(many, 0.5) / quantile(few, 0.5);
    const passes = ratio <= ALLOWED_RATIO;
    isEven &&= passes;
    const figures = [few, many].flatMap((times) => [ms(quantile(times, 0.5)), ms(quantile(times, 0.95))]);
    line(name, [...figures, ratio.toFixed(2).padStart(7), found.padStart(6), passes ? "PASS" : "FAIL"]);
  }
  console.log(`\n${isEven ? "PASS" : "FAIL"}: every ratio is at most ${ALLOWED_RATIO}\n`);
  return isEven ? 0 : 1;
}

function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(Math.floor(sorted.length * share), sorted.length - 1)] ?? Number.NaN;
}
