import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { expectErrorResponse } from "../../../support/assertions.ts";
import { createFaultyD1, D1_FAULTS } from "../../../support/d1.ts";
import { diffDumps, dumpDatabase, emptyTables } from "../../../support/database-rows.ts";
import { tinyPng } from "../../../support/image-parts.ts";
import { EVERY_MINUTE } from "../../../support/outbox.ts";
import { plantPerson } from "../../../support/planted-person.ts";
import { createTestClock, startService } from "../../../support/service.ts";
import { accountIdOf, logIn, registerAndLogIn, signedInAs, usersApiAs } from "../../../support/users.ts";

const DAY = 24 * 60 * 60 * 1000;

beforeEach(async () => {
  vi.spyOn(console, "log").mockImplementation(() => {});
  vi.spyOn(console, "error").mockImplementation(() => {});
  await emptyTables(env.DB);
});

const find = (id: string) => env.DB.prepare("SELECT * FROM accounts WHERE id = ?").bind(id).first();
const countEvents = (id: string, type: string) =>
  env.DB.prepare("SELECT count(*) AS n FROM audit_events WHERE account_id = ? AND type = ?")
    .bind(id, type)
    .first("n");

/** The entries of KV, as text. */
async function kvEntries(): Promise<string[]> {
  const { keys } = await env.KV.list();
  return Promise.all(keys.map(async ({ name }) => `${name}=${await env.KV.get(name)}`));
}

/** Deletes the entries that KV would not have any more after that time: its own clock does not advance. */
async function expireKv(milliseconds: number): Promise<void> {
  const { keys } = await env.KV.list();
  const isGone = (expiration = Number.POSITIVE_INFINITY) => expiration * 1000 <= Date.now() + milliseconds;
  await Promise.all(
    keys.filter(({ expiration }) => isGone(expiration)).map(({ name }) => env.KV.delete(name)),
  );
}

async function pendingUser() {
  const clock = createTestClock();
  const service = startService({ clock });
  const { email, token } = await registerAndLogIn(service);
  await service.call("DELETE", "/api/auth/me", undefined, token);
  return { clock, service, email, id: await accountIdOf(email) };
}

describe("the job that erases accounts", () => {
  it("erases an account when its deletion is due, and not a millisecond earlier", async () => {
    const { clock, service, id } = await pendingUser();
    clock.advance(14 * DAY - 1);
    await service.runCron(EVERY_MINUTE);
    expect(await find(id)).not.toBeNull();
    clock.advance(1);
    await service.runCron(EVERY_MINUTE);
    expect(await find(id)).toBeNull();
    expect(await countEvents(id, "account_deleted")).toBe(1);
  });

  it("deletes the photo in R2, and leaves no entry in KV that names the account", async () => {
    const clock = createTestClock();
    const service = startService({ clock, env: { RATE_LIMITS: "{}", BURST: undefined } });
    const { email, token } = await registerAndLogIn(service);
    const id = await accountIdOf(email);
    const type = { "Content-Type": "image/png" };
    const uploaded = await service.call("PUT", "/api/auth/me/avatar", tinyPng, token, type);
    const { avatarUrl } = uploaded.body.data;
    const key = new URL(avatarUrl).pathname.replace("/avatars/", "");
    await service.call("DELETE", "/api/auth/me", undefined, token);
    // A session that is live when the account is erased.
    await logIn(service, email);
    const naming = async () =>
      (await kvEntries()).filter((entry) => entry.includes(id) || entry.includes(email));
    expect(await env.AVATARS.head(key)).not.toBeNull();
    expect(await naming()).toEqual([`deny:user:${id}=${clock.now()}`]);
    clock.advance(14 * DAY);
    await expireKv(14 * DAY);
    await service.runCron(EVERY_MINUTE);
    expect(await find(id)).toBeNull();
    expect(await env.AVATARS.head(key)).toBeNull();
    expect((await service.fetchRaw(new Request(avatarUrl))).response.status).toBe(404);
    expect(await naming()).toEqual([]);
  });

  it("erases each account exactly once under parallel runs", async () => {
    const { clock, service, id } = await pendingUser();
    clock.advance(14 * DAY);
    await Promise.all(Array.from({ length: 20 }, () => service.runCron(EVERY_MINUTE)));
    expect(await find(id)).toBeNull();
    expect(await countEvents(id, "account_deleted")).toBe(1);
  });

  it("of the undo and the erasure exactly one wins, with the clocks of two locations", async () => {
    for (let round = 0; round < 10; round += 1) {
      const { clock, service, email, id } = await pendingUser();
      clock.advance(14 * DAY - 1);
      const { token } = await logIn(service, email);
      const ahead = startService({ clock: createTestClock(clock.now() + 1) });
      const [kept] = await Promise.all([
        service.post("/me/deletion/cancel", undefined, token),
        ahead.runCron(EVERY_MINUTE),
      ]);
      const isErased = (await find(id)) === null;
      expect(kept.status === 200).toBe(!isErased);
      expect(await countEvents(id, "account_deletion_cancelled")).toBe(isErased ? 0 : 1);
      expect(await countEvents(id, "account_deleted")).toBe(isErased ? 1 : 0);
    }
  });

  it("leaves no half state when a statement of the erasure fails", async () => {
    await plantPerson();
    await env.DB.prepare("UPDATE accounts SET deletion_due_at = 1").run();
    const before = await dumpDatabase(env.DB);
    for (const fault of D1_FAULTS.filter((each) => each !== "answer_lost")) {
      for (let call = 1; call <= 3; call += 1) {
        const d1 = createFaultyD1(env.DB);
        const service = startService({ env: { DB: d1.db } });
        d1.plan({ call, fault });
        await service.runCron(EVERY_MINUTE).catch(() => undefined);
        const left = await env.DB.prepare("SELECT count(*) AS n FROM accounts").first("n");
        const after = await dumpDatabase(env.DB);
        if (left === 1) {
          const { accounts, sessions, audit_events: events } = diffDumps(before, after);
          expect({ accounts, sessions, events }).toEqual({});
        } else {
          expect(after.get("sessions")).toEqual([]);
          return;
        }
      }
    }
  });

  it("a deactivation does not delete, and does not stop a deletion that its user has requested", async () => {
    const { clock, service, email, id } = await pendingUser();
    const admin = await signedInAs(service, "admin");
    const other = await registerAndLogIn(service);
    const otherId = await accountIdOf(other.email);
    const { call } = usersApiAs(service, admin);
    await call("POST", `/${otherId}/deactivate`);
    await call("POST", `/${id}/deactivate`);
    expect(await find(otherId)).toMatchObject({ deletion_due_at: null });
    // Its user cannot sign in, and so cannot undo; an admin can.
    expectErrorResponse(
      await service.post("/login", { email, password: "a quiet lighthouse 7" }),
      403,
      "account_deactivated",
    );
    clock.advance(14 * DAY);
    await service.runCron(EVERY_MINUTE);
    expect(await find(id)).toBeNull();
    expect(await find(otherId)).not.toBeNull();
  });

  it("an admin sees the state and can cancel it; only a superuser can delete at once", async () => {
    const { service, id } = await pendingUser();
    const admin = await signedInAs(service, "admin");
    const superuser = await signedInAs(service, "superuser");
    const as = usersApiAs(service, admin);
    expect((await as.call("GET", `/${id}`)).body.data.deletionDueAt).toEqual(expect.any(String));
    expectErrorResponse(await as.call("DELETE", `/${id}`), 403, "forbidden");
    expect((await as.call("POST", `/${id}/deletion/cancel`)).status).toBe(200);
    expect(await find(id)).toMatchObject({ deletion_due_at: null });
    expectErrorResponse(await as.call("POST", `/${id}/deletion/cancel`), 409, "conflict");
    const top = usersApiAs(service, superuser);
    expectErrorResponse(await top.call("DELETE", `/${id}`), 409, "user_still_active");
    await env.DB.prepare("UPDATE accounts SET deletion_due_at = ? WHERE id = ?")
      .bind(service.clock.now() + 1, id)
      .run();
    expect((await top.call("DELETE", `/${id}`)).status).toBe(200);
    expect(await find(id)).toBeNull();
  });
});
