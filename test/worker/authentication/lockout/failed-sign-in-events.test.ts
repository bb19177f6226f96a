import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { inParallel } from "../../../support/assertions.ts";
import { startSecondFactor, wrongCode } from "../../../support/one-time-codes.ts";
import { startService } from "../../../support/service.ts";
import {
  accountIdOf,
  newAddress,
  PASSWORD,
  register,
  registerVerifiedUser,
  signedInAs,
} from "../../../support/users.ts";

const HOUR = 60 * 60_000;
const service = startService();

type Event = {
  type: string;
  account_id: string;
  actor_id: string | null;
  ip: string | null;
  details: string;
};

const eventsOf = async (accountId: string, type: string): Promise<unknown[]> => {
  const query = "SELECT * FROM audit_events WHERE account_id = ? AND type = ? ORDER BY at";
  const { results } = await env.DB.prepare(query).bind(accountId, type).all<Event>();
  return results.map(({ details }) => JSON.parse(details));
};

const guess = (email: string, at = service) => at.post("/login", { email, password: "wrong" });

describe("failed sign-ins in the audit log", () => {
  it("counts the failed sign-ins of an account in one event an hour", async () => {
    const at = startService();
    const { email } = await registerVerifiedUser(at);
    const id = await accountIdOf(email);
    // To the start of an hour.
    at.clock.advance(HOUR - (at.clock.now() % HOUR));
    await inParallel(8, () => guess(email, at));
    at.clock.advance(HOUR);
    await guess(email, at);
    expect(await eventsOf(id, "sign_in_failed")).toEqual([{ count: 8 }, { count: 1 }]);
  });

  it("counts no successful sign-in, no correct password before a second factor and no refused account", async () => {
    const always = startService({ env: { LOGIN_OTP: "always" }, clock: service.clock });
    const { email } = await registerVerifiedUser(service);
    await inParallel(5, () => service.post("/login", { email, password: PASSWORD }));
    const { challengeId, code } = await startSecondFactor(always, email);
    expect((await always.post("/login/otp", { challengeId, code })).status).toBe(200);
    const { email: unverified } = await register(service);
    expect((await service.post("/login", { email: unverified, password: PASSWORD })).status).toBe(403);
    for (const address of [email, unverified]) {
      expect(await eventsOf(await accountIdOf(address), "sign_in_failed")).toEqual([]);
    }
  });

  it("keeps the failures of an account when a sign-in succeeds", async () => {
    const { email } = await registerVerifiedUser(service);
    await inParallel(3, () => guess(email));
    await service.post("/login", { email, password: PASSWORD });
    expect(await eventsOf(await accountIdOf(email), "sign_in_failed")).toEqual([{ count: 3 }]);
  });

  it("counts wrong codes of the second factor", async () => {
    const always = startService({ env: { LOGIN_OTP: "always" }, clock: service.clock });
    const { email } = await registerVerifiedUser(service);
    const { challengeId, code } = await startSecondFactor(always, email);
    await always.post("/login/otp", { challengeId, code: wrongCode(code) });
    await always.post("/login/otp", { challengeId, code: wrongCode(code) });
    expect((await always.post("/login/otp", { challengeId, code })).status).toBe(200);
    expect(await eventsOf(await accountIdOf(email), "sign_in_failed")).toEqual([{ count: 2 }]);
  });

  it("writes as many rows for an address without an account as for an account", async () => {
    const { email } = await registerVerifiedUser(service);
    const rows = () => env.DB.prepare("SELECT count(*) AS n FROM audit_events").first<number>("n");
    const written = async (address: string) => {
      const before = (await rows()) ?? 0;
      for (let failure = 0; failure < 12; failure++) await guess(address);
      return ((await rows()) ?? 0) - before;
    };
    expect(await written(newAddress())).toBe(await written(email));
    // `sign_in_failed` and `account_locked`.
    expect(await written(newAddress())).toBe(2);
  });

  it("shows the events of an account to an admin, and those of other addresses only to a superuser", async () => {
    const { email } = await registerVerifiedUser(service);
    const unknown = newAddress();
    for (const address of [email, unknown]) {
      for (let failure = 0; failure < 10; failure++) await guess(address);
    }
    const admin = await signedInAs(service, "admin");
    const superuser = await signedInAs(service, "superuser");
    const seenBy = async ({ token }: { token: string }) => {
      const answer = await service.get("/audit?limit=100&type=account_locked", token);
      expect(answer.status).toBe(200);
      return answer.body.data.events.length;
    };
    const id = await accountIdOf(email);
    const answer = await service.get(`/audit?userId=${id}&type=account_locked`, admin.token);
    expect(answer.body.data.events).toMatchObject([{ actorId: null, details: { unlock: "time" } }]);
    expect(await seenBy(superuser)).toBeGreaterThan(await seenBy(admin));
  });

  it("records the start of a lockout once, by wrong passwords or wrong codes", async () => {
    const { email } = await registerVerifiedUser(service);
    await inParallel(30, () => guess(email));
    expect(await eventsOf(await accountIdOf(email), "account_locked")).toEqual([{ unlock: "time" }]);
    const always = startService({ env: { LOGIN_OTP: "always" }, clock: service.clock });
    const { email: byCodes } = await registerVerifiedUser(service);
    for (let round = 0; round < 2; round++) {
      const { challengeId, code } = await startSecondFactor(always, byCodes);
      await inParallel(5, () => always.post("/login/otp", { challengeId, code: wrongCode(code) }));
    }
    expect(await eventsOf(await accountIdOf(byCodes), "account_locked")).toEqual([{ unlock: "time" }]);
  });
});
