import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { inParallel, statusCounts } from "../../support/assertions.ts";
import { newPhoneNumber } from "../../support/one-time-codes.ts";
import { HOUR } from "../../support/outbox.ts";
import { createTestClock, startService } from "../../support/service.ts";
import { newAddress, PASSWORD, registerAndLogIn, registerVerifiedUser } from "../../support/users.ts";

const LIMIT = 7;
const RATE_LIMITS = JSON.stringify({
  mail: { limit: LIMIT, windowSeconds: 3600 },
  text: { limit: LIMIT, windowSeconds: 3600 },
});

const startLimited = () => startService({ clock: createTestClock(), env: { RATE_LIMITS, BURST: undefined } });

let clients = 0;
const newClient = () => ({ "CF-Connecting-IP": `203.0.113.${++clients}` });

const countAccounts = async () =>
  (await env.DB.prepare("SELECT count(*) AS n FROM accounts").first<number>("n")) ?? -1;

describe("exact limits of a client", () => {
  it("accepts exactly the limit of 50 parallel registrations, and creates as many accounts", async () => {
    const service = startLimited();
    const client = newClient();
    const before = await countAccounts();
    const answers = await inParallel(50, () =>
      service.call(
        "POST",
        "/api/auth/register",
        { email: newAddress(), password: PASSWORD, name: "Ada" },
        undefined,
        client,
      ),
    );
    // The KV limit refuses 30 of them, if its counter is written in time.
    expect(statusCounts(answers)[201]).toBe(LIMIT);
    expect((await countAccounts()) - before).toBe(LIMIT);
    const refused = answers.find(({ status }) => status === 429);
    expect(refused?.body.error?.code).toBe("rate_limited");
    expect(Number(refused?.headers.get("Retry-After"))).toBeLessThanOrEqual(3600);
  });

  it.each(["/forgot-password", "/verify-email/resend"])(
    "counts known and unknown addresses of POST %s alike",
    async (path) => {
      const service = startLimited();
      const client = newClient();
      const { email } = await registerVerifiedUser(startService());
      const request = (address: string) =>
        service.call("POST", `/api/auth${path}`, { email: address }, undefined, client);
      const answers = await inParallel(50, (at) => request(at % 2 === 0 ? email : newAddress()));
      expect(statusCounts(answers)[200]).toBe(LIMIT);
      for (const address of [email, newAddress()]) expect((await request(address)).status).toBe(429);
    },
  );

  it("accepts exactly the limit of 30 parallel texts of one client for different accounts", async () => {
    const service = startLimited();
    const client = newClient();
    const tokens: string[] = [];
    for (let user = 0; user < 10; user += 1) tokens.push((await registerAndLogIn(startService())).token);
    const answers = await inParallel(30, (at) =>
      service.call("POST", "/api/auth/me/phone", { phone: newPhoneNumber() }, tokens[at % 10], client),
    );
    expect(statusCounts(answers)[200]).toBe(LIMIT);
  });

  it("opens a new window after the first one has ended, and the refused requests do not extend it", async () => {
    const service = startLimited();
    const client = newClient();
    const request = () =>
      service.call("POST", "/api/auth/verify-email/resend", { email: newAddress() }, undefined, client);
    for (let count = 0; count < LIMIT + 3; count += 1) await request();
    service.clock.advance(HOUR - 1);
    expect((await request()).status).toBe(429);
    service.clock.advance(1);
    expect((await request()).status).toBe(200);
  });

  it("counts nothing for a wider network once a narrower one is over its limit", async () => {
    const service = startLimited();
    const from = (host: string) =>
      service.call("POST", "/api/auth/verify-email/resend", { email: newAddress() }, undefined, {
        "CF-Connecting-IP": `2001:db8:99:${host}::1`,
      });
    for (let count = 0; count < 10 * LIMIT; count += 1) await from("1");
    // The neighbour in the same /56 has a limit of its own.
    for (let count = 0; count < LIMIT; count += 1) expect((await from("2")).status).toBe(200);
    expect((await from("2")).status).toBe(429);
    expect((await from("3")).status).toBe(429);
    expect((await from("101")).status).toBe(200);
  });
});
