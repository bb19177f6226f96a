import { env } from "cloudflare:workers";
import { insertVerifiedUser } from "../../../support/inserted-users.ts";
import { waitForRunningWork } from "../../../support/running-work.ts";
import { ACTORS, type Actor, MAILBOXES, PASSWORDS } from "./actors.ts";
import type { Operation } from "./command.ts";
import { requestEmailChange } from "./commands/account.ts";
import { insertClients } from "./commands/app-tokens.ts";
import { authorizeApp, redeemCode } from "./commands/apps.ts";
import { requestReset } from "./commands/passwords.ts";
import { requestPhone } from "./commands/phone.ts";
import { reauthenticate } from "./commands/reauthentication.ts";
import { checkInvariants } from "./invariants.ts";
import { type Model, newAccount, newModel, SECOND } from "./model.ts";
import { openFirstSession } from "./opened-sessions.ts";
import type { Role } from "./records.ts";
import { clock, newWorld, START, service, type World } from "./world.ts";

/** What differs between the first states of sequences. */
export type FirstState = {
  readonly secondFactor: boolean;
  readonly bobIsAdmin: boolean;
};

type Template = {
  readonly restore: readonly D1PreparedStatement[];
  readonly state: Pick<Model, "accounts" | "sessions" | "devices" | "links" | "challenges" | "appCodes">;
  readonly startsAt: number;
};

/** What has happened before the steps of a sequence, so that every sequence has secrets that later steps must void. */
const PRELUDE: readonly Operation[] = [
  authorizeApp("alice", 0, "current"),
  redeemCode("its recipient", 0, "app"),
  ...(["alice", "attacker"] as const).flatMap((actor) => [
    requestPhone(actor, 0, actor),
    requestReset(actor, MAILBOXES[actor][0]),
    requestEmailChange({ actor, n: 0, password: "right" }, MAILBOXES[actor][1]),
    reauthenticate({ actor, n: 0, password: "right" }),
  ]),
];

/** The tables that the model describes, those of accounts first. */
const TABLES = [
  ...["accounts", "factors", "known_devices", "sessions"],
  ...["email_tokens", "one_time_codes"],
  ...["oauth_clients", "oauth_grants", "oauth_authorization_codes"],
];

const templates = new Map<string, Template>();

/** A service with an account and a session for each actor, at the same instant and with the same ids in every sequence. */
export async function beginSequence(
  first: FirstState,
): Promise<{ readonly model: Model; readonly real: World }> {
  // A sequence that has failed may have left requests.
  await waitForRunningWork();
  const key = JSON.stringify(first);
  const template = templates.get(key) ?? (await createTemplate(first));
  templates.set(key, template);
  clock.advance(template.startsAt - clock.now());
  await env.DB.batch([...template.restore]);
  return { model: { ...newModel(clock.now), ...structuredClone(template.state) }, real: newWorld() };
}

/** Inserts the first state once, and keeps its rows: inserting them again costs one round trip. */
async function createTemplate(first: FirstState): Promise<Template> {
  clock.advance(START - clock.now());
  const empty = await statementsThatEmpty();
  await env.DB.batch(empty);
  await insertClients();
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
    // Without another session of the same account, no step could use a code in a session that did not ask for it.
    if (actor === "alice") await openFirstSession(model, newWorld(), actor, account);
    account.secondFactor = actor === "alice" && first.secondFactor;
    if (account.secondFactor) await insertSecondFactor(id);
  }
  const world = newWorld();
  for (const operation of PRELUDE) {
    clock.advance(SECOND);
    await operation.run(model, world);
    await checkInvariants(model, world, { step: 0 });
  }
  const rows = await Promise.all(TABLES.map(statementsThatInsert));
  const { accounts, sessions, devices, links, challenges, appCodes } = model;
  const state = { accounts, sessions, devices, links, challenges, appCodes };
  return { restore: [...empty, ...rows.flat()], state, startsAt: clock.now() };
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
