import { env } from "cloudflare:workers";
import { createComposition } from "../../../src/composition/composition.ts";
import { openLoopback } from "../../support/loopback/loopback.ts";
import { recordEvents } from "../../support/recorders.ts";
import { resourceList } from "../../support/resources.ts";
import { type ApiResponse, createTestClock, startService } from "../../support/service.ts";
import { PASSWORD, registerAndLogIn, type Tokens } from "../../support/users.ts";

const HOUR = 60 * 60_000;

type Name = "blue" | "green";

/**
 * One isolate with two environments that differ in variables, secrets and bindings. Blue limits rates in KV and calls a
 * provider that fails; green does neither. Each environment has a service whose clock is an hour ahead.
 */
export async function startTwoEnvironments() {
  const composition = createComposition();
  const provider = openLoopback();
  await provider.answer({ kind: "respond", status: 500, body: "" });
  const events = { blue: recordEvents(), green: recordEvents() };
  const variables = {
    blue: { RATE_LIMITS: "", BREACHED_PASSWORDS: "on", BREACHED_PASSWORDS_API_BASE: provider.url },
    green: { RATE_LIMITS: "off", BREACHED_PASSWORDS: "off" },
  };
  const environmentOf = (name: Name) => ({
    ...env,
    APP_NAME: `The ${name} app`,
    PUBLIC_URL: `http://${name}.test`,
    RESOURCES: resourceList(name),
    AUTH_SECRET: `the root secret of the ${name} environment`,
    EVENTS: events[name].EVENTS,
    ...variables[name],
  });
  const environments = { blue: environmentOf("blue"), green: environmentOf("green") };
  const now = Date.now();
  const start = (name: Name, ahead: number) => {
    const isolate = { env: environments[name], composition };
    return { name, service: startService({ isolate, clock: createTestClock(now + ahead) }) };
  };
  return {
    events,
    blue: start("blue", 0),
    green: start("green", 0),
    lateBlue: start("blue", HOUR),
    lateGreen: start("green", HOUR),
  };
}

export type TwoEnvironments = Awaited<ReturnType<typeof startTwoEnvironments>>;
export type Tenant = TwoEnvironments["blue"];

export const tenantsOf = ({ blue, green, lateBlue, lateGreen }: TwoEnvironments) => [
  blue,
  green,
  lateBlue,
  lateGreen,
];

export const instantOf = ({ service }: Tenant) => new Date(service.clock.now()).toISOString();

let clients = 0;

/** A client that sends one request. No other client has its address, browser and email address. */
function newClient() {
  const number = ++clients;
  return {
    email: `client-${number}@example.org`,
    ip: `198.51.${number >> 8}.${number & 255}`,
    userAgent: `Browser ${number}`,
    language: number % 2 === 0 ? "en" : "de",
  };
}

type User = Tokens & { readonly email: string };
type Client = ReturnType<typeof newClient>;
type Call = readonly [
  method: string,
  path: string,
  body?: (user: User, client: Client) => object,
  isSignedIn?: boolean,
];

/** Requests that differ in their use of D1, KV, providers, deferred work and pages. */
const CALLS = {
  me: ["GET", "/api/auth/me", undefined, true],
  login: ["POST", "/api/auth/login", ({ email }) => ({ email, password: PASSWORD })],
  register: ["POST", "/api/auth/register", (_, { email }) => ({ email, password: PASSWORD, name: "Ada" })],
  signInPage: ["GET", "/sign-in"],
  openApi: ["GET", "/openapi.json"],
  unknownRoute: ["GET", "/api/auth/unknown"],
} as const satisfies Record<string, Call>;

export type CallName = keyof typeof CALLS;

export const ALL_CALLS = Object.keys(CALLS) as CallName[];

export type Observed = {
  readonly name: CallName;
  readonly tenant: Tenant;
  readonly client: Client;
  readonly answer: ApiResponse;
};

/** The log lines of a request, by the id in its response. */
export const linesOf = ({ tenant, answer }: Observed) =>
  tenant.service.log.filter(({ requestId }) => requestId === answer.headers.get("X-Request-Id"));

/** Registers a user of each service. The returned function sends one request as that user. */
export async function signInUsers(tenants: readonly Tenant[]) {
  const users = new Map<Tenant, User>();
  for (const tenant of tenants) users.set(tenant, await registerAndLogIn(tenant.service));
  return async (tenant: Tenant, name: CallName): Promise<Observed> => {
    const user = users.get(tenant) as User;
    const client = newClient();
    const [method, path, bodyOf, isSignedIn] = CALLS[name] as Call;
    const headers = {
      "CF-Connecting-IP": client.ip,
      "User-Agent": client.userAgent,
      "Accept-Language": client.language,
    };
    const token = isSignedIn ? user.token : undefined;
    const answer = await tenant.service.call(method, path, bodyOf?.(user, client), token, headers);
    return { name, tenant, client, answer };
  };
}

/** Sends these requests to every service, `rounds` times, all at once. */
export async function sendConcurrently(isolate: TwoEnvironments, names: readonly CallName[], rounds: number) {
  const tenants = tenantsOf(isolate);
  const send = await signInUsers(tenants);
  const round = () => names.flatMap((name) => tenants.map((tenant) => send(tenant, name)));
  return Promise.all(Array.from({ length: rounds }, round).flat());
}
