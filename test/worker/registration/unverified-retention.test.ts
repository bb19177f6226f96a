import { env } from "cloudflare:workers";
import { describe, expect, it, vi } from "vitest";
import { startWithHeldBatch } from "../../support/d1.ts";
import { DAY, EVERY_HOUR, HOUR } from "../../support/outbox.ts";
import { createTestClock, type Service, startService } from "../../support/service.ts";
import {
  newAddress,
  PASSWORD,
  register,
  registerVerifiedUser,
  signedInAs,
  tokenMailedTo,
  usersApiAs,
} from "../../support/users.ts";

vi.spyOn(console, "log").mockImplementation(() => undefined);

const exists = async (email: string) =>
  (await env.DB.prepare("SELECT 1 AS one FROM accounts WHERE email = ?").bind(email).first()) !== null;

const runHourAfter = async (service: Service, ms: number) => {
  service.clock.advance(ms);
  await service.runCron(EVERY_HOUR);
};

describe("unverified registrations", () => {
  it("are deleted after seven days with the IP addresses of their audit events, and not before", async () => {
    const service = startService({ clock: createTestClock() });
    const email = newAddress();
    const client = { "CF-Connecting-IP": "192.0.2.9" };
    const fields = { email, password: PASSWORD, name: "Ada" };
    await service.call("POST", "/api/auth/register", fields, undefined, client);
    const query = "SELECT id FROM accounts WHERE email = ?";
    const id = await env.DB.prepare(query).bind(email).first<string>("id");
    await runHourAfter(service, 7 * DAY);
    expect(await exists(email)).toBe(true);
    await runHourAfter(service, HOUR);
    expect(await exists(email)).toBe(false);
    const events = await env.DB.prepare("SELECT ip FROM audit_events WHERE account_id = ?").bind(id).all();
    expect(events.results).toEqual([{ ip: null }]);
    // The address is free again.
    await register(service, email);
    expect(await exists(email)).toBe(true);
  });

  it("stay as long as UNVERIFIED_RETENTION_DAYS says", async () => {
    const service = startService({ clock: createTestClock(), env: { UNVERIFIED_RETENTION_DAYS: "2" } });
    const { email } = await register(service);
    await runHourAfter(service, 2 * DAY);
    expect(await exists(email)).toBe(true);
    await runHourAfter(service, HOUR);
    expect(await exists(email)).toBe(false);
  });

  it("stay while a link to verify the address is valid", async () => {
    const service = startService({ clock: createTestClock() });
    const { email } = await register(service);
    service.clock.advance(7 * DAY);
    await service.post("/verify-email/resend", { email });
    await runHourAfter(service, DAY - HOUR);
    expect(await exists(email)).toBe(true);
    await runHourAfter(service, 2 * HOUR);
    expect(await exists(email)).toBe(false);
  });

  it("leave verified, invited, promoted and deactivated accounts alone for 400 days", async () => {
    const service = startService({ clock: createTestClock() });
    const superuser = await signedInAs(service, "superuser");
    const invited = newAddress();
    await usersApiAs(service, superuser).call("POST", "", { email: invited, name: "Grace" });
    const { email: verified } = await registerVerifiedUser(service);
    const { email: promoted } = await register(service);
    const { email: deactivated } = await register(service);
    await env.DB.prepare("UPDATE accounts SET role = 'admin' WHERE email = ?").bind(promoted).run();
    await env.DB.prepare("UPDATE accounts SET status = 'deactivated' WHERE email = ?")
      .bind(deactivated)
      .run();
    // By then neither the token nor the audit event of the invitation exists.
    await runHourAfter(service, 400 * DAY);
    await runHourAfter(service, HOUR);
    for (const email of [invited, verified, promoted, deactivated])
      expect([email, await exists(email)]).toEqual([email, true]);
  });

  it("stay if the address is verified while the deletion is running", async () => {
    const clock = createTestClock();
    const service = startService({ clock });
    const { email } = await register(service);
    // A link that is valid longer than the registration is kept.
    const token = await tokenMailedTo(service, email);
    await env.DB.prepare("UPDATE email_tokens SET expires_at = ?")
      .bind(clock.now() + 30 * DAY)
      .run();
    clock.advance(8 * DAY);
    const held = startWithHeldBatch(1);
    held.service.clock.advance(clock.now() - held.service.clock.now());
    const verification = held.service.post("/verify-email", { token });
    await held.reached;
    await service.runCron(EVERY_HOUR);
    expect(await exists(email)).toBe(true);
    held.release();
    expect((await verification).status).toBe(200);
    await runHourAfter(service, 60 * DAY);
    expect(await exists(email)).toBe(true);
  });
});
