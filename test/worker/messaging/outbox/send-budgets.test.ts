import { env } from "cloudflare:workers";
import { describe, expect, it, vi } from "vitest";
import { EVERY_MINUTE, HOUR, MINUTE } from "../../../support/outbox.ts";
import { recordEvents } from "../../../support/recorders.ts";
import { createTestClock, type Service, startService } from "../../../support/service.ts";
import {
  accountIdOf,
  mailTo,
  newAddress,
  PASSWORD,
  registerVerifiedUser,
  signedInAs,
  usersApiAs,
} from "../../../support/users.ts";

vi.spyOn(console, "log").mockImplementation(() => undefined);

// The limits of D1 apply; those in KV do not disturb them.
const LIMITED = { RATE_LIMITS: JSON.stringify({ "forgot-password": { limit: 10_000 } }), BURST: undefined };

let clients = 0;
/** A request from a client of its own. */
const asClient = (service: Service, path: string, body: object, ip = `198.51.100.${++clients}`) =>
  service.call("POST", `/api/auth${path}`, body, undefined, { "CF-Connecting-IP": ip });

/** A user whose earlier mails count towards no limit, and a service with limits. */
async function userWithLimits(variables: Record<string, string> = {}) {
  // An hour of its own: the hourly cap counts the mails of all tests.
  const clock = createTestClock(Date.now() + ++clients * 5 * HOUR);
  const { email } = await registerVerifiedUser(startService({ clock }));
  clock.advance(2 * HOUR);
  return { email, clock, service: startService({ clock, env: { ...LIMITED, ...variables } }) };
}

const resetMailsTo = async (service: Service, email: string) =>
  (await mailTo(service, email)).filter(({ text }) => text.includes("/reset-password?token="));

/** The number of links in the mailbox that are still valid. */
async function validLinks(service: Service, email: string): Promise<number> {
  const answers = await Promise.all(
    (await resetMailsTo(service, email)).map(({ text }) => {
      const [, token] = /token=([\w-]+)/.exec(text) ?? [];
      return service.get(`/reset-password?token=${token}`);
    }),
  );
  return answers.filter(({ status }) => status === 200).length;
}

describe("password resets that a third party requests", () => {
  it("leave the owner at least one and at most three valid links in every minute of two hours", async () => {
    const { email, clock, service } = await userWithLimits();
    for (let minute = 0; minute < 120; minute += 1) {
      await asClient(service, "/forgot-password", { email });
      const valid = await validLinks(service, email);
      expect([minute, valid >= 1 && valid <= 3]).toEqual([minute, true]);
      clock.advance(MINUTE);
    }
    // Five an hour: the limit per recipient stands.
    expect((await resetMailsTo(service, email)).length).toBeLessThanOrEqual(11);
  });

  it("do not use up the resets that an admin sends", async () => {
    const { email, clock, service } = await userWithLimits({ MAIL_HOURLY_CAP: "4" });
    const admin = await signedInAs(startService({ clock }), "superuser");
    const id = await accountIdOf(email);
    for (let request = 0; request < 6; request += 1) {
      await asClient(service, "/forgot-password", { email });
      clock.advance(MINUTE);
    }
    const before = (await resetMailsTo(service, email)).length;
    const answer = await usersApiAs(service, admin).call("POST", `/${id}/reset-password`);
    expect(answer.status).toBe(200);
    expect(await resetMailsTo(service, email)).toHaveLength(before + 1);
    const again = await usersApiAs(service, admin).call("POST", `/${id}/reset-password`);
    expect([again.status, again.headers.get("Retry-After")]).toEqual([429, "60"]);
  });
});

describe("MAIL_HOURLY_CAP", () => {
  const register = (service: Service, ip?: string) =>
    asClient(service, "/register", { email: newAddress(), password: PASSWORD, name: "Ada" }, ip);

  const sends = async (clock: { now(): number }) =>
    (await env.DB.prepare("SELECT sends FROM send_counters WHERE bucket = ?")
      .bind(`email/${Math.floor(clock.now() / HOUR)}`)
      .first<number>("sends")) ?? 0;

  it("keeps a fifth of the mails for password resets", async () => {
    const { email, clock, service } = await userWithLimits({ MAIL_HOURLY_CAP: "10" });
    for (let count = 0; count < 12; count += 1) await register(service);
    expect(await sends(clock)).toBe(8);
    await asClient(service, "/forgot-password", { email });
    expect(await validLinks(service, email)).toBe(1);
    expect(await sends(clock)).toBe(9);
  });

  it("is not spent by one client, nor by the networks of one /48", async () => {
    const { email, clock, service } = await userWithLimits({ MAIL_HOURLY_CAP: "40" });
    const statuses: number[] = [];
    for (let network = 0; network < 40; network += 1) {
      const ip = `2001:db8:77:${(network * 0x101).toString(16)}::1`;
      for (let count = 0; count < 2; count += 1) statuses.push((await register(service, ip)).status);
    }
    expect(statuses.filter((status) => status === 201)).toHaveLength(10);
    expect(await sends(clock)).toBe(10);
    // Another network is not affected.
    await asClient(service, "/forgot-password", { email });
    expect(await validLinks(service, email)).toBe(1);
  });

  it("raises an alarm in the log and the metrics while it is reached, and none before", async () => {
    const { clock } = await userWithLimits();
    const { EVENTS, points } = recordEvents();
    const service = startService({ clock, env: { ...LIMITED, MAIL_HOURLY_CAP: "5", EVENTS } });
    const logged = vi.spyOn(console, "error").mockImplementation(() => undefined);
    const alarms = () =>
      logged.mock.calls.map(([line]) => JSON.parse(String(line))).filter((line) => "alarm" in line);
    for (let count = 0; count < 3; count += 1) await register(service);
    await service.runCron(EVERY_MINUTE);
    expect(alarms()).toEqual([]);
    for (let count = 0; count < 2; count += 1) await register(service);
    await service.runCron(EVERY_MINUTE);
    expect(alarms()).toMatchObject([
      { alarm: "send_cap_reached", channel: "email", sends: 4, cap: 5, held: "all but password resets" },
    ]);
    expect(points.filter(({ blobs }) => blobs[0] === "alarm").map(({ blobs }) => blobs[1])).toEqual([
      "send_cap_reached",
    ]);
    // The next hour has its own counter.
    clock.advance(HOUR + MINUTE);
    await service.runCron(EVERY_MINUTE);
    expect(alarms()).toHaveLength(1);
    logged.mockRestore();
  });
});
