import { env } from "cloudflare:workers";
import { insertVerifiedUser } from "../../../support/inserted-users.ts";
import { createRpcCaller } from "../../../support/rpc.ts";
import { type ApiResponse, createTestClock, startService, type TestClock } from "../../../support/service.ts";
import { openProviders } from "../../../support/social/providers.ts";
import { ACTORS, type Actor, MAILBOXES, PASSWORDS, userAgentOf } from "./actors.ts";
import { type Model, newAccount, newModel, SECOND } from "./model.ts";
import { openFirstSession } from "./opened-sessions.ts";
import type { Challenge, Link, Role } from "./records.ts";

const START = Math.floor(Date.now() / SECOND) * SECOND;
const clock = createTestClock(START);
export const providers = openProviders();
const { variables } = providers;

export const service = startService({ env: variables, clock });
/** The same storage, where an unknown device needs a second factor. */
const strictService = startService({ env: { ...variables, LOGIN_OTP: "new_device" }, clock });
/** Another Worker, which accepts tokens of the app. */
export const otherWorker = createRpcCaller(service, { props: { audience: "app" }, sharesIsolate: true });

/** A secret that a step may mail or text, to exactly that recipient. */
export type ExpectedSecret =
  | ({ readonly kind: "link" } & Pick<Link, "purpose" | "accountId" | "to" | "causedBy">)
  | { readonly kind: "code"; readonly challenge: Challenge };

type CallOptions = {
  readonly body?: unknown;
  /** An access token. */
  readonly access?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Another user agent than that of the actor. */
  readonly userAgent?: string;
  /** Where an unknown device needs a second factor. */
  readonly strict?: boolean;
};

/** The running service, and what the sequence has done so far. */
export type World = {
  readonly journal: string[];
  readonly expectedSecrets: ExpectedSecret[];
  readonly seenMessages: Set<string>;
  readonly clock: TestClock;
  advance(ms: number): void;
  /** Sends a request of an actor. `path` is relative to /api/auth. */
  call(actor: Actor, method: string, path: string, options?: CallOptions): Promise<ApiResponse>;
};

function newWorld(): World {
  return {
    journal: [],
    expectedSecrets: [],
    seenMessages: new Set(),
    clock,
    advance: clock.advance,
    call: (actor, method, path, { body, access, headers, userAgent, strict } = {}) =>
      (strict ? strictService : service).call(method, `/api/auth${path}`, body, access, {
        "User-Agent": userAgent ?? userAgentOf(actor),
        ...headers,
      }),
  };
}

/** What differs between the first states of sequences. */
export type FirstState = {
  readonly secondFactor: boolean;
  readonly bobIsAdmin: boolean;
};

type Template = {
  readonly restore: readonly D1PreparedStatement[];
  readonly state: Pick<Model, "accounts" | "sessions" | "devices">;
};

const templates = new Map<string, Template>();

/** A service with an account and a session for each actor, at the same instant and with the same ids in every sequence. */
export async function beginSequence(
  first: FirstState,
): Promise<{ readonly model: Model; readonly real: World }> {
  clock.advance(START - clock.now());
  const key = JSON.stringify(first);
  const template = templates.get(key) ?? (await createTemplate(first));
  templates.set(key, template);
  await env.DB.batch([...template.restore]);
  return { model: { ...newModel(clock.now), ...structuredClone(template.state) }, real: newWorld() };
}

/** Inserts the first state once, and keeps its rows: inserting them again costs one round trip. */
async function createTemplate(first: FirstState): Promise<Template> {
  const empty = await statementsThatEmpty();
  await env.DB.batch(empty);
  const model = newModel(clock.now);
  const roleOf = (actor: Actor): Role =>
    actor === "admin" ? "superuser" : actor === "bob" && first.bobIsAdmin ? "admin" : "user";
  for (const actor of ACTORS) {
    const [email] = MAILBOXES[actor];
    const [password] = PASSWORDS[actor];
    const role = roleOf(actor);
    const id = await insertVerifiedUser(service, email, { role, password });
    const account = newAccount({ id, email, role, password, verified: true });
    model.accounts.set(id, account);
    await openFirstSession(model, newWorld(), actor, account);
    account.secondFactor = actor === "alice" && first.secondFactor;
    if (account.secondFactor) await insertSecondFactor(id);
  }
  const tables = ["accounts", "factors", "known_devices", "sessions"];
  const rows = await Promise.all(tables.map(statementsThatInsert));
  const { accounts, sessions, devices } = model;
  return { restore: [...empty, ...rows.flat()], state: { accounts, sessions, devices } };
}

/** The tables that are emptied first and last. */
const ENDS: readonly [string, string] = ["accounts", "pending_revocations"];

/** Delete every row except the signing key, which costs a fraction of a reset. */
async function statementsThatEmpty(): Promise<D1PreparedStatement[]> {
  const { results } = await env.DB.prepare(
    `SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%' AND name NOT LIKE '\\_cf%' ESCAPE '\\'
     AND name NOT LIKE 'd1%' AND name NOT LIKE 'account_search%' AND name <> 'signing_keys'`,
  ).all<{ name: string }>();
  // The rows that belong to an account go with it; those of its sessions leave pending revocations.
  const others = results.map(({ name }) => name).filter((name) => !ENDS.includes(name));
  return [ENDS[0], ...others, ENDS[1]].map((name) => env.DB.prepare(`DELETE FROM "${name}"`));
}

/** Insert the rows that a table has now. */
async function statementsThatInsert(table: string): Promise<D1PreparedStatement[]> {
  const { results } = await env.DB.prepare(`SELECT * FROM ${table}`).all();
  return results.map((row) => {
    const columns = Object.keys(row);
    const values = columns.map(() => "?").join();
    return env.DB.prepare(`INSERT INTO ${table} (${columns.join()}) VALUES (${values})`).bind(
      ...Object.values(row),
    );
  });
}

async function insertSecondFactor(accountId: string): Promise<void> {
  const query = "INSERT INTO factors (id, account_id, kind, created_at) VALUES (?, ?, 'email_otp', 1)";
  await env.DB.prepare(query).bind(crypto.randomUUID(), accountId).run();
}
