import { env } from "cloudflare:workers";
import { expect, it } from "vitest";
import { createKey } from "../../../support/api-keys.ts";
import { enterEmailCode, requestEmailCode, signInByCode } from "../../../support/email-codes.ts";
import { startService } from "../../../support/service.ts";
import { linkGitHub } from "../../../support/social/inserted-rows.ts";
import { accountIdOf, registerAndLogIn, subjectsTo } from "../../../support/users.ts";

// Security 60: an implied address is cleared of foreign access when its owner proves it.

const service = startService();

/** An account whose address a provider only implied, and which its user has set up. */
async function impliedAccount() {
  const { email, token } = await registerAndLogIn(service);
  const id = await accountIdOf(email);
  await linkGitHub(email);
  await createKey(service, token);
  await env.DB.batch([
    env.DB.prepare("UPDATE accounts SET email_implied = 1, password_hash = NULL WHERE id = ?").bind(id),
    env.DB.prepare("UPDATE identities SET email = 'foreign@example.com' WHERE account_id = ?").bind(id),
  ]);
  return { email, id, token };
}

const count = async (table: string, id: string): Promise<number> => {
  const query = `SELECT count(*) AS n FROM ${table} WHERE account_id = ?`;
  return (await env.DB.prepare(query).bind(id).first<{ n: number }>())?.n ?? -1;
};

it("a code verifies the address, and ends what the earlier user has set up", async () => {
  const { email, id, token } = await impliedAccount();
  const answer = await signInByCode(service, email);
  expect(answer.body.data.user).toMatchObject({ id, isVerified: true });
  expect((await service.get("/me", token)).status).toBe(401);
  for (const table of ["identities", "api_keys"]) expect([table, await count(table, id)]).toEqual([table, 0]);
  expect(await subjectsTo(service, email)).toContain(
    "Earlier access to your account at Gatehouse was removed",
  );
  const { results } = await env.DB.prepare("SELECT type FROM audit_events WHERE account_id = ?")
    .bind(id)
    .all();
  const types = results.map(({ type }) => type);
  expect(types).toEqual(expect.arrayContaining(["email_verified", "identity_removed", "api_key_revoked"]));
});

it("an implied account above the role user gets no code", async () => {
  const { email, id } = await impliedAccount();
  await env.DB.prepare("UPDATE accounts SET role = 'admin' WHERE id = ?").bind(id).run();
  const mails = await subjectsTo(service, email);
  await service.post("/login/email-code", { email });
  expect(await subjectsTo(service, email)).toEqual(mails);
});

it("a role that is given between the mail and the code keeps the account closed to it", async () => {
  const { email, id, token } = await impliedAccount();
  const challenge = await requestEmailCode(service, email);
  await env.DB.prepare("UPDATE accounts SET role = 'admin' WHERE id = ?").bind(id).run();
  expect((await enterEmailCode(service, challenge)).body.error?.code).toBe("code_invalid");
  expect((await service.get("/me", token)).status).toBe(200);
});
