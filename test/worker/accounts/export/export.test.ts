import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { expectErrorResponse } from "../../../support/assertions.ts";
import { createFaultyD1 } from "../../../support/d1.ts";
import { formsIn, signedInPageBrowser } from "../../../support/pages.ts";
import { createRpcCaller } from "../../../support/rpc.ts";
import { createTestClock, startService } from "../../../support/service.ts";
import {
  accountIdOf,
  PASSWORD,
  registerAndLogIn,
  registerVerifiedUser,
  signedInAs,
} from "../../../support/users.ts";

const service = startService();

describe("the export of the own data", () => {
  it("is a download that no cache stores", async () => {
    const { email, token } = await registerAndLogIn(service);
    const answer = await service.get("/me/export", token);
    expect(answer.status).toBe(200);
    expect(answer.headers.get("Content-Type")).toContain("application/json");
    expect(answer.headers.get("Content-Disposition")).toMatch(
      /^attachment; filename="account-[\d-]+\.json"$/,
    );
    expect(answer.headers.get("Cache-Control")).toBe("no-store");
    const data = JSON.parse(answer.text);
    expect(data.account).toMatchObject({ email, name: "Ada", hasPassword: true, status: "active" });
    expect(data.sessions).toHaveLength(1);
    // They happened at the same instant.
    expect(data.auditEvents.map(({ type }: { type: string }) => type).sort()).toEqual([
      "account_registered",
      "email_verified",
      "signed_in",
    ]);
  });

  it("takes an authentication within 10 minutes", async () => {
    const clock = createTestClock();
    const own = startService({ clock });
    const { token } = await registerAndLogIn(own);
    clock.advance(10 * 60_000);
    expectErrorResponse(await own.get("/me/export", token), 403, "reauthentication_required");
  });

  it("names no other person: neither an admin who acted on the account, nor whom the account acted on", async () => {
    const admin = await signedInAs(service, "admin");
    const superuser = await signedInAs(service, "superuser");
    const { email } = await registerVerifiedUser(service);
    const other = await accountIdOf(email);
    const call = (path: string, token: string, ip: string) =>
      service.call("POST", `/api/auth/users/${path}`, undefined, token, { "CF-Connecting-IP": ip });
    await call(`${admin.id}/unlock`, superuser.token, "203.0.113.77");
    await call(`${other}/unlock`, admin.token, "198.51.100.9");
    const { text } = await service.get("/me/export", admin.token);
    const data = JSON.parse(text);
    const unlocked = data.auditEvents.filter(({ type }: { type: string }) => type === "account_unlocked");
    expect(unlocked).toMatchObject([{ by: "other", ip: null }]);
    expect(data.actionsOnOthers).toEqual([
      { type: "account_unlocked", at: expect.any(String), ip: "198.51.100.9" },
    ]);
    for (const foreign of [superuser.id, superuser.email, other, email, "203.0.113.77"])
      expect(text).not.toContain(foreign);
  });

  it("streams the events of a busy account page by page, each exactly once", async () => {
    const { email, token } = await registerAndLogIn(service);
    const id = await accountIdOf(email);
    const insert = `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000)
      INSERT INTO audit_events (id, type, at, account_id, actor_id, ip, details)
      SELECT 'planted-' || i, 'profile_updated', 1000 + i / 7, ?1, CASE i % 4 WHEN 0 THEN NULL ELSE ?1 END, NULL, '{"fields":"n' || i || '"}' FROM n`;
    await env.DB.prepare(insert).bind(id).run();
    const others = `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1200)
      INSERT INTO audit_events (id, type, at, account_id, actor_id, ip, details)
      SELECT 'other-' || i, 'account_unlocked', 5000, 'target-' || i, ?1, NULL, '{}' FROM n`;
    await env.DB.prepare(others).bind(id).run();
    const answer = await service.get("/me/export", token);
    const data = JSON.parse(answer.text);
    const fields = data.auditEvents.flatMap(
      ({ details }: { details: { fields?: string } }) => details.fields ?? [],
    );
    expect(fields).toHaveLength(20_000);
    expect(new Set(fields).size).toBe(20_000);
    expect(data.actionsOnOthers).toHaveLength(1200);
    expect(answer.text).not.toContain("target-");
  });

  it("answers 503 when the store fails before the first byte", async () => {
    const { token } = await registerAndLogIn(service);
    const d1 = createFaultyD1(env.DB);
    const faulty = startService({ clock: service.clock, env: { DB: d1.db } });
    await faulty.get("/me", token);
    d1.plan({ call: 2, fault: "unreachable" as never });
    const answer = await faulty.get("/me/export", token);
    expect(answer.status).toBe(503);
  });

  it("has a page with a button, which asks for the password after a while", async () => {
    const clock = createTestClock();
    const own = startService({ clock });
    const { email } = await registerVerifiedUser(own);
    const browser = await signedInPageBrowser(own, email);
    const fresh = await browser.submit(await browser.visit("/account/export"));
    expect(JSON.parse(fresh.text).account.email).toBe(email);
    clock.advance(11 * 60_000);
    const page = await browser.visit("/account/export");
    expect(formsIn(page).some(({ values }) => "password" in values)).toBe(true);
    const wrong = await browser.submit(page, { password: "not the password" });
    expect(wrong.status).toBe(401);
    const file = await browser.submit(await browser.visit("/account/export"), { password: PASSWORD });
    expect(file.headers.get("Content-Disposition")).toContain("attachment");
  });

  it("needs the permission export over RPC", async () => {
    const { email } = await registerVerifiedUser(service);
    const id = await accountIdOf(email);
    const plain = createRpcCaller(service, { sharesIsolate: true });
    expect(await plain.call("exportUser", id)).toEqual({ ok: false, reason: "forbidden" });
    const allowed = createRpcCaller(service, { sharesIsolate: true, props: { permissions: ["export"] } });
    expect(await allowed.call("exportUser", crypto.randomUUID())).toEqual({ ok: false, reason: "not_found" });
    const answer = await allowed.call("exportUser", id);
    expect(answer.ok && (await new Response(answer.json).json())).toMatchObject({ account: { id, email } });
  });
});
