import { type DevServer, startDevServer } from "../scripts/dev/dev-server.ts";
import { createScratchDirectory } from "../scripts/shared/scratch-directory.ts";
import { waitFor } from "../scripts/shared/wait-for.ts";
import { send } from "./send.ts";

// `npm run bench:timing`: checks that response times do not reveal whether an address has an account. It sends known and
// unknown addresses alternately to a real service on loopback, and compares the medians.

const SAMPLES = Number(process.env.SAMPLES ?? 200);
/** The allowed difference of the medians, in milliseconds. */
const ALLOWED = 10;
/** Seconds for the whole run, with the start of the service. */
const TIME_LIMIT = 400;
/** Work that the service defers after a response must not delay the next request. */
const PAUSE_MS = 70;
const PASSWORD = "a quiet lighthouse 7";
/** Fewer than the failures that lock an account. */
const GUESSES_EACH = 8;
const KNOWN = Math.ceil(SAMPLES / GUESSES_EACH) + 1;

type Kind = "known" | "unknown";
type Route = { readonly path: string; readonly body: (kind: Kind, turn: number) => object };
type Row = { readonly path: string; readonly known: number; readonly unknown: number };

const timeLimit = setTimeout(() => {
  console.error(`\nThe bench took longer than ${TIME_LIMIT} s.`);
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
  const accounts = await prepare(server);
  const rows: Row[] = [];
  for (const route of routesFor(accounts)) rows.push(await measure(server, route));
  return rows;
}

type Accounts = {
  readonly verified: string[];
  readonly unverified: string[];
  readonly oneTimeCodes: string[];
};

/** Registers accounts of each kind, and starts a login for the verified ones. */
async function prepare(server: DevServer): Promise<Accounts> {
  const accounts: Accounts = { verified: [], unverified: [], oneTimeCodes: [] };
  for (let n = 0; n < KNOWN; n += 1) {
    const [verified, unverified] = [`verified-${n}@example.com`, `unverified-${n}@example.com`];
    for (const email of [verified, unverified]) {
      await postOk(server, "/register", { email, password: PASSWORD, name: "Ada" });
    }
    await postOk(server, "/verify-email", { token: await tokenMailedTo(server, verified) });
    const { data } = await postOk(server, "/login", { email: verified, password: PASSWORD });
    accounts.verified.push(verified);
    accounts.unverified.push(unverified);
    accounts.oneTimeCodes.push(data.challengeId);
  }
  return accounts;
}

function routesFor({ verified, unverified, oneTimeCodes }: Accounts): Route[] {
  const pick = (list: string[], turn: number) => list[turn % list.length] ?? "";
  // As long as the known addresses.
  const unknownAddress = (turn: number) =>
    `unknown--${turn}-${Math.random().toString(36).slice(2, 6)}@example.com`;
  const address = (list: string[]) => (kind: Kind, turn: number) =>
    kind === "known" ? pick(list, turn) : unknownAddress(turn);
  const verifiedOrUnknown = address(verified);
  const unverifiedOrUnknown = address(unverified);
  return [
    {
      path: "/register",
      body: (...to) => ({ email: verifiedOrUnknown(...to), password: PASSWORD, name: "Ada" }),
    },
    { path: "/login", body: (...to) => ({ email: verifiedOrUnknown(...to), password: "a wrong password" }) },
    { path: "/forgot-password", body: (...to) => ({ email: verifiedOrUnknown(...to) }) },
    { path: "/verify-email/resend", body: (...to) => ({ email: unverifiedOrUnknown(...to) }) },
    {
      path: "/login/otp/resend",
      body: (kind, turn) => ({
        challengeId: kind === "known" ? pick(oneTimeCodes, turn) : crypto.randomUUID(),
      }),
    },
  ];
}

/** Alternates known and unknown, and which comes first, so that a slow phase of the machine affects both. */
async function measure(server: DevServer, { path, body }: Route): Promise<Row> {
  const times: Record<Kind, number[]> = { known: [], unknown: [] };
  const statuses: Record<Kind, Set<number>> = { known: new Set(), unknown: new Set() };
  const WARM_UP = 5;
  for (let turn = -WARM_UP; turn < SAMPLES; turn += 1) {
    const kinds: readonly Kind[] = turn % 2 === 0 ? ["known", "unknown"] : ["unknown", "known"];
    for (const kind of kinds) {
      const input = body(kind, turn + WARM_UP);
      const began = performance.now();
      const { status } = await post(server, path, input);
      if (turn >= 0) times[kind].push(performance.now() - began);
      statuses[kind].add(status);
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
  }
  const [known, unknown] = [statuses.known, statuses.unknown].map((seen) => [...seen].sort().join(" "));
  if (known !== unknown || known === undefined || /429|5\d\d/.test(known)) {
    throw new Error(`${path} responded with ${known} to known addresses and with ${unknown} to unknown ones`);
  }
  return { path, known: median(times.known), unknown: median(times.unknown) };
}

function report(rows: readonly Row[]): number {
  const ms = (value: number) => value.toFixed(2).padStart(9);
  const line = (path: string, cells: readonly string[]) => console.log(path.padEnd(24) + cells.join("  "));
  console.log(`\nMedians of ${SAMPLES} samples each, in milliseconds\n`);
  line("", ["    known", "  unknown", "     diff"]);
  let isEven = true;
  for (const { path, known, unknown } of rows) {
    const difference = Math.abs(known - unknown);
    const passes = difference < ALLOWED;
    isEven &&= passes;
    line(path, [ms(known), ms(unknown), ms(difference), passes ? "PASS" : "FAIL"]);
  }
  console.log(`\n${isEven ? "PASS" : "FAIL"}: less than ${ALLOWED} ms difference on every route\n`);
  return isEven ? 0 : 1;
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  const at = (index: number) => sorted[index] ?? Number.NaN;
  return sorted.length % 2 === 0 ? (at(middle - 1) + at(middle)) / 2 : at(Math.floor(middle));
}

type ApiResponse = { readonly status: number; readonly data: { readonly challengeId: string } };

async function post({ origin }: DevServer, path: string, body: object): Promise<ApiResponse> {
  const { status, text } = await send(`${origin}/api/auth${path}`, "POST", { body });
  return { status, data: JSON.parse(text).data };
}

async function postOk(server: DevServer, path: string, body: object): Promise<ApiResponse> {
  const response = await post(server, path, body);
  if (response.status < 300) return response;
  throw new Error(`${path} responded with ${response.status}:\n${server.output().slice(-2000)}`);
}

const tokenMailedTo = ({ origin }: DevServer, address: string): Promise<string> =>
  waitFor(`a mail to ${address}`, async () => {
    const { text } = await send(`${origin}/dev/mailbox.json?to=${encodeURIComponent(address)}`, "GET");
    const { messages } = JSON.parse(text) as { messages: { text: string }[] };
    return /[?&]token=([\w-]+)/.exec(messages[0]?.text ?? "")?.[1];
  });
