import { env } from "cloudflare:workers";
import { expect, it } from "vitest";
import { createTestClock, startService } from "../../support/service.ts";
import { logIn, newAddress, registerAndVerify, registerVerifiedUser } from "../../support/users.ts";

/** The row of the account and those of its audit events, without what differs between two accounts. */
async function rowsOf(email: string) {
  const account = await env.DB.prepare("SELECT * FROM accounts WHERE email = ?").bind(email).first();
  const { results: events } = await env.DB.prepare(
    "SELECT * FROM audit_events WHERE account_id = ? ORDER BY rowid",
  )
    .bind(account?.id)
    .all();
  const own = [account?.id, email, account?.username, account?.username_key].map(String);
  const mask = (value: unknown) => (own.includes(String(value)) ? "<own>" : value);
  const masked = [account ?? {}, ...events].map((row) =>
    Object.fromEntries(Object.entries(row).map(([column, value]) => [column, mask(value)])),
  );
  for (const row of masked) if (row.id !== "<own>") delete row.id;
  const [hash] = String(account?.password_hash).match(/^\$[\w-]+\$[^$]+\$/) ?? [];
  return [{ ...masked[0], password_hash: hash }, ...masked.slice(1)];
}

it("an inserted user has the rows that registration and verification leave, and can log in", async () => {
  const service = startService({ clock: createTestClock() });
  const profile = { name: "Grace", lastName: "Hopper" };
  const registered = await registerAndVerify(service, newAddress(), { ...profile, username: "Grace.A" });
  const inserted = await registerVerifiedUser(service, newAddress(), { ...profile, username: "Grace.B" });
  expect(await rowsOf(inserted.email)).toEqual(await rowsOf(registered.email));
  expect((await logIn(service, inserted.email)).token).toBeTruthy();
});
