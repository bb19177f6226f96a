import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { createKey, NOTES, NOTES_RESOURCE } from "../../support/api-keys.ts";
import { openBrowser } from "../../support/browser.ts";
import { createRpcCaller } from "../../support/rpc.ts";
import { startService } from "../../support/service.ts";
import { idTokenOf, signInWithBrowser } from "../../support/social/browser-flow.ts";
import { openProviders } from "../../support/social/providers.ts";
import { socialUser } from "../../support/social/users.ts";
import { accountIdOf, newAddress, PASSWORD, registerAndLogIn, tokenMailedTo } from "../../support/users.ts";

const providers = openProviders();
const service = startService({ env: { ...providers.variables, RESOURCES: NOTES_RESOURCE } });
const rpc = createRpcCaller(service, { sharesIsolate: true });
const isValid = async (key: string) => (await rpc.call("verifyApiKey", key, { audience: NOTES })).ok;

/** An attacker with an account that a provider only implied to have the address, and with two API keys. */
async function attackerWith(email: string) {
  const idToken = await idTokenOf("google", socialUser({ email, hd: null }));
  const { token } = (await service.post("/social/google/token", { idToken })).body.data;
  const keys = [await createKey(service, token), await createKey(service, token)];
  for (const { key } of keys) expect(await isValid(key)).toBe(true);
  return keys;
}

async function expectRemoved(email: string, keys: Awaited<ReturnType<typeof attackerWith>>) {
  for (const { key } of keys) expect(await isValid(key)).toBe(false);
  const query = "SELECT details FROM audit_events WHERE account_id = ? AND type = 'api_key_revoked'";
  const { results } = await env.DB.prepare(query)
    .bind(await accountIdOf(email))
    .all<{ details: string }>();
  const [audited] = results.map(({ details }) => JSON.parse(details).keyId.split(" ").sort());
  expect([results.length, audited]).toEqual([1, keys.map(({ id }) => id).sort()]);
}

describe("API keys that the earlier user of an implied address has created", () => {
  it("end when the owner signs in with a provider that verifies the address", async () => {
    const email = newAddress();
    const keys = await attackerWith(email);
    expect((await signInWithBrowser(openBrowser(service), "oidc", socialUser({ email }))).status).toBe(302);
    await expectRemoved(email, keys);
  });

  it("end when the owner resets the password", async () => {
    const email = newAddress();
    const keys = await attackerWith(email);
    await service.post("/forgot-password", { email });
    const reset = { token: await tokenMailedTo(service, email), newPassword: PASSWORD };
    expect((await service.post("/reset-password", reset)).status).toBe(200);
    await expectRemoved(email, keys);
  });

  it("a reset keeps the keys of an account with a verified address", async () => {
    const { email, token } = await registerAndLogIn(service);
    const { key } = await createKey(service, token);
    await service.post("/forgot-password", { email });
    const reset = { token: await tokenMailedTo(service, email), newPassword: "a newer lighthouse" };
    expect((await service.post("/reset-password", reset)).status).toBe(200);
    expect(await isValid(key)).toBe(true);
  });
});
