import { type DevServer, startDevServer } from "../scripts/dev/dev-server.ts";
import { createScratchDirectory } from "../scripts/shared/scratch-directory.ts";
import { waitFor } from "../scripts/shared/wait-for.ts";
import { send } from "./send.ts";

// `npm run bench:timing`: does the time of an answer tell whether an address has an account? Asks a real
// service on loopback about known and unknown addresses in turn, and compares the medians.

const SAMPLES = Number(process.env.SAMPLES ?? 200);
/** Milliseconds that the medians may lie apart. */
const ALLOWED = 10;
/** Seconds for everything, the start of the service included. */
const TIME_LIMIT = 400;
/** Milliseconds of rest: what a request leaves for after its answer must not fall on the next one. */
const REST = 70;
const PASSWORD = "a quiet lighthouse 7";
/** Fewer than the failures that lock an address. */
const GUESSES_EACH = 8;
const KNOWN = Math.ceil(SAMPLES / GUESSES_EACH) + 1;

type Kind = "known" | "unknown";
type Route = { readonly path: string; readonly body: (kind: Kind, turn: number) => object };
type Row = { readonly path: string; readonly known: number; readonly unknown: number };

const timeLimit = setTimeout(() => {
  console.error(`\nIt took longer than ${TIME_LIMIT} s.`);
  process.exit(1);
}, TIME_LIMIT * 1000);
process.exitCode = await run();
clearTimeout(timeLimit);

async function run(): Promise<number> {
  const scratch = createScratchDirectory();
  process.once("exit", scratch.remove);
  const variables = ["RATE_LIMITS:off", "LOGIN_OTP:always", "MAIL_PROVIDER:mailbox"];
  const server = await startDevServer(`${scratch.path}/service`, variables);
  try {
    return report(await measureAll(server));
  } finally {
    await server.stop();
  }
}

async function measureAll(server: DevServer): Promise<Row[]> {
  const people = await prepare(server);
  const rows: Row[] = [];
  for (const route of routesFor(people)) rows.push(await measure(server, route));
  return rows;
}

type People = { readonly verified: string[]; readonly unverified: string[]; readonly oneTimeCodes: string[] };

/** Accounts of each kind that a route might know. */
async function prepare(server: DevServer): Promise<People> {
  const people: People = { verified: [], unverified: [], oneTimeCodes: [] };
  for (let n = 0; n < KNOWN; n += 1) {
    const [verified, unverified] = [`verified-${n}@example.com`, `unverified-${n}@example.com`];
    for (const email of [verified, unverified]) {
      await succeed(server, "/register", { email, password: PASSWORD, name: "Ada" });
    }
    await succeed(server, "/verify-email", { token: await tokenMailedTo(server, verified) });
    const { data } = await succeed(server, "/login", { email: verified, password: PASSWORD });
    people.verified.push(verified);
    people.unverified.push(unverified);
    people.oneTimeCodes.push(data.challengeId);
  }
  return people;
}

function routesFor({ verified, unverified, oneTimeCodes }: People): Route[] {
  const pick = (list: string[], turn: number) => list[turn % list.length] ?? "";
  // Of one length, as the known ones are.
  const stranger = (turn: number) => `stranger-${turn}-${Math.random().toString(36).slice(2, 6)}@example.com`;
  const address = (list: string[]) => (kind: Kind, turn: number) =>
    kind === "known" ? pick(list, turn) : stranger(turn);
  const owner = address(verified);
  const newcomer = address(unverified);
  return [
    { path: "/register", body: (...to) => ({ email: owner(...to), password: PASSWORD, name: "Ada" }) },
    { path: "/login", body: (...to) => ({ email: owner(...to), password: "a wrong password" }) },
    { path: "/forgot-password", body: (...to) => ({ email: owner(...to) }) },
    { path: "/verify-email/resend", body: (...to) => ({ email: newcomer(...to) }) },
    {
      path: "/login/otp/resend",
      body: (kind, turn) => ({
        challengeId: kind === "known" ? pick(oneTimeCodes, turn) : crypto.randomUUID(),
      }),
    },
  ];
}

/** Known and unknown in turn, and each first as often as second: a slow minute is slow for both. */
async function measure(server: DevServer, { path, body }: Route): Promise<Row> {
  const times: Record<Kind, number[]> = { known: [], unknown: [] };
  const statuses: Record<Kind, Set<number>> = { known: new Set(), unknown: new Set() };
  const WARM_UP = 5;
  for (let turn = -WARM_UP; turn < SAMPLES; turn += 1) {
    const kinds: readonly Kind[] = turn % 2 === 0 ? ["known", "unknown"] : ["unknown", "known"];
    for (const kind of kinds) {
      const sent = body(kind, turn + WARM_UP);
      const began = performance.now();
      const { status } = await post(server, path, sent);
      if (turn >= 0) times[kind].push(performance.now() - began);
      statuses[kind].add(status);
      await new Promise((resolve) => setTimeout(resolve, REST));
    }
  }
  const [known, unknown] = [statuses.known, statuses.unknown].map((seen) => [...seen].sort().join(" "));
  if (known !== unknown || known === undefined || /429|5\d\d/.test(known)) {
    throw new Error(`${path} answered ${known} to known addresses and ${unknown} to unknown ones`);
  }
  return { path, known: median(times.known), unknown: median(times.unknown) };
}

function report(rows: readonly Row[]): number {
  const ms = (value: number) => value.toFixed(2).padStart(9);
  const line = (path: string, cells: readonly string[]) => console.log(path.padEnd(24) + cells.join("  "));
  console.log(`\nMedians of ${SAMPLES} samples each, in milliseconds\n`);
  line("", ["    known", "  unknown", "    apart"]);
  let isEven = true;
  for (const { path, known, unknown } of rows) {
    const apart = Math.abs(known - unknown);
    const passes = apart < ALLOWED;
    isEven &&= passes;
    line(path, [ms(known), ms(unknown), ms(apart), passes ? "PASS" : "FAIL"]);
  }
  console.log(`\n${isEven ? "PASS" : "FAIL"}: under ${ALLOWED} ms apart on every route\n`);
  return isEven ? 0 : 1;
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  const at = (index: number) => sorted[index] ?? Number.NaN;
  return sorted.length % 2 === 0 ? (at(middle - 1) + at(middle)) / 2 : at(Math.floor(middle));
}

type Answered = { readonly status: number; readonly data: { readonly challengeId: string } };

async function post({ origin }: DevServer, path: string, body: object): Promise<Answered> {
  const { status, text } = await send(`${origin}/api/auth${path}`, "POST", { body });
  return { status, data: JSON.parse(text).data };
}

async function succeed(server: DevServer, path: string, body: object): Promise<Answered> {
  const answer = await post(server, path, body);
  if (answer.status < 300) return answer;
  throw new Error(`${path} answered ${answer.status}:\n${server.output().slice(-2000)}`);
}

const tokenMailedTo = ({ origin }: DevServer, address: string): Promise<string> =>
  waitFor(`a mail to ${address}`, async () => {
    const { text } = await send(`${origin}/dev/mailbox.json?to=${encodeURIComponent(address)}`, "GET");
    const { messages } = JSON.parse(text) as { messages: { text: string }[] };
    return /[?&]token=([\w-]+)/.exec(messages[0]?.text ?? "")?.[1];
  });
