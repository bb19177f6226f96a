import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { createKey, NOTES_RESOURCE } from "../../../support/api-keys.ts";
import { expectErrorResponse, statusCounts } from "../../../support/assertions.ts";
import { enableSecondFactor, mailedCodeTo } from "../../../support/one-time-codes.ts";
import { createTestClock, startService } from "../../../support/service.ts";
import {
  accountIdOf,
  logIn,
  mailTo,
  PASSWORD,
  registerAndLogIn,
  signedInAs,
} from "../../../support/users.ts";

const DAY = 24 * 60 * 60 * 1000;
const service = startService({ env: { RESOURCES: NOTES_RESOURCE } });

const count = async (table: string, id: string): Promise<number> =>
  (await env.DB.prepare(`SELECT count(*) AS n FROM "${table}" WHERE account_id = ?`)
    .bind(id)
    .first<number>("n")) ?? -1;
const deleteMe = (token: string, on = service) => on.call("DELETE", "/api/auth/me", undefined, token);
const account = (id: string) => env.DB.prepare("SELECT * FROM accounts WHERE id = ?").bind(id).first();

describe("requesting the deletion of the own account", () => {
  it("ends all access at once, and says until when it can be undone", async () => {
    const { email, token, refreshToken } = await registerAndLogIn(service);
    const id = await accountIdOf(email);
    await createKey(service, token);
    await service.post("/me/email", { newEmail: `new-${email}`, password: PASSWORD }, token);
    const dueAt = service.clock.now() + 14 * DAY;
    const answer = await deleteMe(token);
    expect(answer.status).toBe(200);
    expect(answer.body.data).toEqual({ deletionDueAt: new Date(dueAt).toISOString() });
    expect(await account(id)).toMatchObject({ deletion_due_at: dueAt, status: "active" });
    for (const table of ["oauth_grants", "api_keys", "known_devices", "one_time_codes"])
      expect(await count(table, id), table).toBe(0);
    const live = "SELECT count(*) AS n FROM sessions WHERE account_id = ? AND revoked_at IS NULL";
    expect(await env.DB.prepare(live).bind(id).first("n")).toBe(0);
    const open = "SELECT count(*) AS n FROM email_tokens WHERE account_id = ? AND consumed_at IS NULL";
    expect(await env.DB.prepare(open).bind(id).first("n")).toBe(0);
    expectErrorResponse(await service.get("/me", token), 401, "unauthorized");
    expectErrorResponse(await service.post("/refresh", { refreshToken }), 401, "refresh_invalid");
    const [mail] = await mailTo(service, email);
    expect(mail?.subject).toContain("will be deleted");
    expect(mail?.text).toContain(
      `${new Intl.DateTimeFormat("en", { dateStyle: "long", timeStyle: "short", timeZone: "UTC" }).format(dueAt)} UTC`,
    );
    const event =
      "SELECT actor_id FROM audit_events WHERE account_id = ? AND type = 'account_deletion_requested'";
    expect((await env.DB.prepare(event).bind(id).all()).results).toEqual([{ actor_id: id }]);
  });

  it("takes an authentication within 10 minutes", async () => {
    const clock = createTestClock();
    const own = startService({ clock });
    const { email, token } = await registerAndLogIn(own);
    clock.advance(10 * 60_000);
    expectErrorResponse(await deleteMe(token, own), 403, "reauthentication_required");
    expect(await account(await accountIdOf(email))).toMatchObject({ deletion_due_at: null });
    await own.post("/me/reauthenticate", { password: PASSWORD }, token);
    expect((await deleteMe(token, own)).status).toBe(200);
  });

  it("is refused to the last active superuser, also if two request it at once", async () => {
    await env.DB.prepare("UPDATE accounts SET role = 'user'").run();
    const first = await signedInAs(service, "superuser");
    expectErrorResponse(await deleteMe(first.token), 409, "last_admin");
    const second = await signedInAs(service, "superuser");
    const answers = await Promise.all([first, second].map(({ token }) => deleteMe(token)));
    expect(statusCounts(answers)).toEqual({ 200: 1, 409: 1 });
    const third = await signedInAs(service, "superuser");
    const [kept] = [first, second].filter((_, at) => answers[at]?.status === 409);
    // A superuser whose deletion is pending does not count as one that remains.
    expect((await deleteMe(third.token)).status).toBe(200);
    expectErrorResponse(await deleteMe(kept?.token ?? ""), 409, "last_admin");
  });

  it("of 50 parallel requests one starts the deletion", async () => {
    const { email, token } = await registerAndLogIn(service);
    const answers = await Promise.all(Array.from({ length: 50 }, () => deleteMe(token)));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    const id = await accountIdOf(email);
    const events =
      "SELECT count(*) AS n FROM audit_events WHERE account_id = ? AND type LIKE 'account_deletion%'";
    expect(await env.DB.prepare(events).bind(id).first("n")).toBe(1);
    expect((await mailTo(service, email)).filter(({ subject }) => subject.includes("deleted"))).toHaveLength(
      1,
    );
  });

  it("with ACCOUNT_DELETION_DAYS=0 erases the account at once", async () => {
    const own = startService({ env: { ACCOUNT_DELETION_DAYS: "0" } });
    const { email, token } = await registerAndLogIn(own);
    const id = await accountIdOf(email);
    const answer = await deleteMe(token, own);
    expect(answer.body.data).toEqual({ deletionDueAt: null });
    expect(await account(id)).toBeNull();
    expectErrorResponse(await own.get("/me", token), 401, "unauthorized");
    const { results } = await env.DB.prepare("SELECT type, ip FROM audit_events WHERE account_id = ?")
      .bind(id)
      .all();
    expect(results.map(({ type }) => type)).toContain("account_deleted");
    expect(results.every(({ ip }) => ip === null)).toBe(true);
    expectErrorResponse(await own.post("/login", { email, password: PASSWORD }), 401, "invalid_credentials");
  });
});

describe("an account whose deletion is pending", () => {
  it("signs in completely, with the second factor, to a session that can only keep the account", async () => {
    const { email, token } = await registerAndLogIn(service);
    await enableSecondFactor(service, token);
    service.clock.advance(1000);
    await env.DB.prepare("UPDATE accounts SET deletion_due_at = ? WHERE email = ?")
      .bind(service.clock.now() + DAY, email)
      .run();
    const first = await service.post("/login", { email, password: PASSWORD });
    expect(first.body.data).toMatchObject({ otpRequired: true });
    const { challengeId } = first.body.data;
    const code = await mailedCodeTo(service, email);
    const second = await service.post("/login/otp", { challengeId, code });
    expect(second.status).toBe(200);
    const restricted = second.body.data;
    for (const path of ["/me", "/sessions", "/me/keys", "/me/export"])
      expectErrorResponse(await service.get(path, restricted.token), 403, "account_deletion_pending");
    expectErrorResponse(await deleteMe(restricted.token), 403, "account_deletion_pending");
    expectErrorResponse(
      await service.post("/refresh", { refreshToken: restricted.refreshToken }),
      401,
      "refresh_invalid",
    );
    // Neither the sign-in nor any of these requests has undone the deletion.
    expect(await account(await accountIdOf(email))).not.toMatchObject({ deletion_due_at: null });
    const kept = await service.post("/me/deletion/cancel", undefined, restricted.token);
    expect(kept.status).toBe(200);
    expect((await service.get("/me", restricted.token)).body.data).toMatchObject({ deletionDueAt: null });
    const refreshed = await service.post("/refresh", { refreshToken: restricted.refreshToken });
    expect(refreshed.status).toBe(200);
    expect((await mailTo(service, email))[0]?.subject).toContain("is kept");
  });

  it("gets tokens of this service only, whatever audience the sign-in asks for", async () => {
    const { email, token } = await registerAndLogIn(service);
    await deleteMe(token);
    const answer = await service.post("/login", { email, password: PASSWORD, audience: "notes" });
    expect(answer.status).toBe(200);
    expect((await service.post("/me/deletion/cancel", undefined, answer.body.data.token)).status).toBe(200);
  });

  it("answers a registration of its address as that of any existing account", async () => {
    const { email, token } = await registerAndLogIn(service);
    const { email: other } = await registerAndLogIn(service);
    await deleteMe(token);
    const register = (address: string) =>
      service.post("/register", { email: address, password: "another lighthouse 9", name: "Eve" });
    const [pending, existing] = [await register(email), await register(other)];
    expect([pending.status, pending.body.message]).toEqual([existing.status, existing.body.message]);
    const shapeOf = ({ body }: typeof pending) => Object.keys(body.data.user).sort();
    expect(shapeOf(pending)).toEqual(shapeOf(existing));
    expect((await mailTo(service, email))[0]?.subject).toBe((await mailTo(service, other))[0]?.subject);
  });

  it("cannot be kept from the millisecond at which it is due", async () => {
    const clock = createTestClock();
    const own = startService({ clock });
    const { email, token } = await registerAndLogIn(own);
    await deleteMe(token, own);
    clock.advance(14 * DAY - 1);
    const late = await logIn(own, email);
    const early = await own.post("/me/deletion/cancel", undefined, late.token);
    expect(early.status).toBe(200);
    await deleteMe(late.token, own);
    clock.advance(14 * DAY - 60_000);
    const { token: last } = await logIn(own, email);
    clock.advance(60_000);
    expectErrorResponse(await own.post("/me/deletion/cancel", undefined, last), 409, "conflict");
  });

  it("a usual session has no deletion to cancel", async () => {
    const { token } = await registerAndLogIn(service);
    expectErrorResponse(await service.post("/me/deletion/cancel", undefined, token), 409, "conflict");
  });
});
