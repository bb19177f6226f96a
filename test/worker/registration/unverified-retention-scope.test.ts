import { env } from "cloudflare:workers";
import { describe, expect, it, vi } from "vitest";
import { openDatabase } from "../../../src/db/database.ts";
import { newMeter } from "../../../src/db/metered-d1.ts";
import { unverifiedAccountStore } from "../../../src/registration/unverified-account-store.ts";
import { recordD1 } from "../../support/d1.ts";
import { DAY, EVERY_HOUR } from "../../support/outbox.ts";
import { type Service, startService } from "../../support/service.ts";
import { openProviders } from "../../support/social/providers.ts";
import { socialUser } from "../../support/social/users.ts";
import { accountIdOf, newAddress, PASSWORD, register, signedInAs, usersApiAs } from "../../support/users.ts";

vi.spyOn(console, "log").mockImplementation(() => undefined);

const providers = openProviders();
const start = () => startService({ env: providers.variables });

const exists = async (email: string) =>
  (await env.DB.prepare("SELECT 1 AS one FROM accounts WHERE email = ?").bind(email).first()) !== null;

/** An account without a verified address that has an identity. No release has left one. */
async function unverifiedUserOfProvider(service: Service): Promise<string> {
  const user = socialUser();
  await service.post("/social/github/token", { accessToken: await providers.tokenOf(user) });
  const query = "UPDATE accounts SET email_verified_at = NULL WHERE email = ?";
  await env.DB.prepare(query).bind(user.email).run();
  return user.email;
}

/** Deletes the registrations that were made by then, apart from the hourly job, which also deletes expired links. */
const deleteAt = (now: number, created: number, db: D1Database = env.DB) =>
  unverifiedAccountStore(openDatabase(db, newMeter())).deleteAbandoned({
    createdBefore: created + 1,
    now,
    limit: 100,
  });

describe("the deletion of an unverified registration", () => {
  it("does not wait for the valid link, the identity or the IP address of another account", async () => {
    const service = start();
    const client = { "CF-Connecting-IP": "192.0.2.9" };
    const newcomer = newAddress();
    const ofProvider = await unverifiedUserOfProvider(service);
    const { email } = await register(service);
    service.clock.advance(8 * DAY);
    const fields = { email: newcomer, password: PASSWORD, name: "Ada" };
    await service.call("POST", "/api/auth/register", fields, undefined, client);
    await service.runCron(EVERY_HOUR);
    expect(await exists(email)).toBe(false);
    expect([await exists(newcomer), await exists(ofProvider)]).toEqual([true, true]);
    const query = "SELECT ip FROM audit_events WHERE account_id = ?";
    const { results } = await env.DB.prepare(query)
      .bind(await accountIdOf(newcomer))
      .all();
    expect(results).toEqual([{ ip: "192.0.2.9" }]);
  });

  it("does not wait for a link that the deactivation of the account has voided", async () => {
    const service = start();
    const { email } = await register(service);
    service.clock.advance(8 * DAY);
    await service.post("/verify-email/resend", { email });
    const { call } = usersApiAs(service, await signedInAs(service, "superuser"));
    const id = await accountIdOf(email);
    await service.runCron(EVERY_HOUR);
    expect(await exists(email)).toBe(true);
    for (const action of ["deactivate", "activate"])
      expect((await call("POST", `/${id}/${action}`)).status).toBe(200);
    await service.runCron(EVERY_HOUR);
    expect(await exists(email)).toBe(false);
  });

  it("begins at the instant at which the link of the account expires", async () => {
    const service = start();
    const { email } = await register(service);
    const created = service.clock.now();
    expect([await deleteAt(created + DAY - 1, created), await exists(email)]).toEqual([0, true]);
    expect([await deleteAt(created + DAY, created), await exists(email)]).toEqual([1, false]);
  });

  it("writes no event that has no IP address", async () => {
    const service = start();
    await register(service);
    const created = service.clock.now();
    const recorded = recordD1(env.DB);
    expect(await deleteAt(created + DAY, created, recorded.db)).toBe(1);
    const update = recorded.statements.find(({ sql }) => sql.startsWith('update "audit_events"'));
    expect(update?.rows).toBe(0);
  });
});
