import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { expectErrorResponse } from "../../../support/assertions.ts";
import { startWithHeldBatch } from "../../../support/d1.ts";
import { startService } from "../../../support/service.ts";
import { accountIdOf, registerVerifiedUser, signedInAs, usersApiAs } from "../../../support/users.ts";

type Action = {
  readonly name: string;
  readonly method: string;
  readonly path: string;
  readonly body?: object;
};

/** Actions on an active user, each decided in its first batch. */
const ACTIONS: readonly Action[] = [
  { name: "deactivate", method: "POST", path: "/deactivate" },
  { name: "unlock", method: "POST", path: "/unlock" },
  { name: "end the sessions of", method: "DELETE", path: "/sessions" },
  { name: "rename", method: "PATCH", path: "", body: { name: "Mallory" } },
  { name: "send a reset link to", method: "POST", path: "/reset-password" },
  { name: "set the role of", method: "PUT", path: "/role", body: { role: "admin" } },
];

const set = (id: string, columns: string) =>
  env.DB.prepare(`UPDATE accounts SET ${columns} WHERE id = ?`).bind(id).run();

/** What an action could change of the target: its account, sessions, messages and audit events. */
async function stateOf(id: string): Promise<unknown> {
  const rows = (table: string, column: string) =>
    env.DB.prepare(`SELECT * FROM ${table} WHERE ${column} = ? ORDER BY rowid`).bind(id).all();
  const found = await Promise.all([
    rows("accounts", "id"),
    rows("sessions", "account_id"),
    rows("outbox", "account_id"),
    rows("email_tokens", "account_id"),
    rows("audit_events", "account_id"),
  ]);
  return found.map(({ results }) => results);
}

/** Holds the action between the read of the target and its batch, and changes something meanwhile. */
async function actWhile(
  { method, path, body }: Action,
  change: (ids: { readonly actor: string; readonly target: string }) => Promise<unknown>,
) {
  const held = startWithHeldBatch(1);
  const service = startService({ clock: held.service.clock });
  const actor = await signedInAs(service, "superuser");
  await signedInAs(service, "superuser");
  const target = await accountIdOf((await registerVerifiedUser(service)).email);
  const answer = usersApiAs(held.service, actor).call(method, `/${target}${path}`, body);
  await held.reached;
  await change({ actor: actor.id, target });
  const before = await stateOf(target);
  held.release();
  return { answer: await answer, before, after: await stateOf(target) };
}

describe.each(ACTIONS)("an action held in mid-flight: $name a user", (action) => {
  it.each([
    ["the target gets a higher role", ({ target }: { target: string }) => set(target, "role = 'superuser'")],
    ["the target is deactivated", ({ target }: { target: string }) => set(target, "status = 'deactivated'")],
    ["the actor loses the role", ({ actor }: { actor: string }) => set(actor, "role = 'user'")],
    ["the actor is deactivated", ({ actor }: { actor: string }) => set(actor, "status = 'deactivated'")],
  ] as const)("changes nothing if %s", async (_, change) => {
    const { answer, before, after } = await actWhile(action, change);
    expectErrorResponse(answer, 409, "conflict");
    expect(after).toEqual(before);
  });
});

describe("the deletion of a deactivated user held in mid-flight", () => {
  it("deletes nothing if the user is activated meanwhile", async () => {
    const held = startWithHeldBatch(1);
    const service = startService({ clock: held.service.clock });
    const actor = await signedInAs(service, "superuser");
    const target = await accountIdOf((await registerVerifiedUser(service)).email);
    await set(target, "status = 'deactivated'");
    const answer = usersApiAs(held.service, actor).call("DELETE", `/${target}`);
    await held.reached;
    await set(target, "status = 'active'");
    const before = await stateOf(target);
    held.release();
    expectErrorResponse(await answer, 409, "conflict");
    expect(await stateOf(target)).toEqual(before);
  });
});
