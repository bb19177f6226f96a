import { env } from "cloudflare:workers";
import { decodeJwt } from "jose";
import { describe, expect, it } from "vitest";
import { openBrowser } from "../../../support/browser.ts";
import {
  createDeviceClient,
  DEVICE_GRANT,
  decide,
  pollDevice,
  startDevice,
} from "../../../support/devices.ts";
import {
  authorizeClient,
  authorizedCode,
  type BrowserUser,
  createClient,
  credentialsOf,
  errorOf,
  jsonOf,
  postForm,
  RESOURCE_VARIABLES,
  redeem,
  refresh,
  signedInUser,
} from "../../../support/oauth.ts";
import { signedInPageBrowser } from "../../../support/pages.ts";
import { startService } from "../../../support/service.ts";
import { idTokenOf, signInWithBrowser } from "../../../support/social/browser-flow.ts";
import { openProviders } from "../../../support/social/providers.ts";
import { socialUser } from "../../../support/social/users.ts";
import { newAddress, tokenMailedTo } from "../../../support/users.ts";

const providers = openProviders();
const service = startService({ env: { ...providers.variables, ...RESOURCE_VARIABLES } });
const OFFLINE = "notes:read offline_access openid";

/** An app that a user has connected: a family that outlives the browser session, and a code that is not redeemed. */
async function connectedApp(user: BrowserUser) {
  const client = await createClient(service);
  const tokens = await authorizeClient(service, client, { user, scope: OFFLINE });
  const code = await authorizedCode(service, { user, client, scope: OFFLINE });
  const isActive = async (token: string) =>
    jsonOf(await postForm(service, "/oauth/introspect", { ...credentialsOf(client), token })).active;
  expect(await isActive(tokens.access_token)).toBe(true);
  return { client, tokens, code, isActive };
}

/** Neither the tokens nor the code of the app get anything. */
async function expectEnded({ client, tokens, code, isActive }: Awaited<ReturnType<typeof connectedApp>>) {
  expect(await isActive(tokens.access_token)).toBe(false);
  expect(await isActive(tokens.refresh_token)).toBe(false);
  expect(errorOf(await refresh(service, client, tokens.refresh_token))).toBe("invalid_grant");
  expect(errorOf(await redeem(service, client, code))).toBe("invalid_grant");
}

const grantsOf = (accountId: string) =>
  env.DB.prepare("SELECT count(*) AS n FROM oauth_grants WHERE account_id = ?").bind(accountId).first("n");

async function resetPassword(email: string) {
  await service.post("/forgot-password", { email });
  const reset = { token: await tokenMailedTo(service, email), newPassword: "a newer lighthouse" };
  expect((await service.post("/reset-password", reset)).status).toBe(200);
}

describe("a password reset by mail", () => {
  it("ends the access of all apps, also with offline_access, and deletes the consents", async () => {
    const user = await signedInUser(service);
    const app = await connectedApp(user);
    await resetPassword(user.email);
    await expectEnded(app);
    expect(await grantsOf(user.accountId)).toBe(0);
  });

  it("voids what a device has not redeemed yet", async () => {
    const user = await signedInUser(service);
    const client = await createDeviceClient(service, { grantTypes: [DEVICE_GRANT, "refresh_token"] });
    const device = await startDevice(service, client, { scope: "openid offline_access" });
    await decide(await signedInPageBrowser(service, user.email), device);
    await resetPassword(user.email);
    expect(errorOf(await pollDevice(service, client, device))).toBe("invalid_grant");
  });
});

describe("the end of all sessions by the user", () => {
  it("ends the access of all apps, also with offline_access", async () => {
    const user = await signedInUser(service);
    const app = await connectedApp(user);
    expect((await service.post("/logout-all", {}, user.token)).status).toBe(200);
    await expectEnded(app);
  });
});

/** The apps of an attacker with an account that a provider only implied to have the address. */
async function attackerWith(email: string) {
  const idToken = await idTokenOf("google", socialUser({ email, hd: null }));
  const { token, refreshToken } = (await service.post("/social/google/token", { idToken })).body.data;
  const { sub = "", sid } = decodeJwt<{ sid: string }>(token);
  const attacker = { email, token, refreshToken, accountId: sub, sessionId: sid };
  return { accountId: sub, apps: [await connectedApp(attacker), await connectedApp(attacker)] };
}

type Attacker = Awaited<ReturnType<typeof attackerWith>>;

async function expectRemoved({ accountId, apps }: Attacker) {
  for (const app of apps) await expectEnded(app);
  expect(await grantsOf(accountId)).toBe(0);
  const query = "SELECT details FROM audit_events WHERE account_id = ? AND type = 'app_revoked'";
  const { results } = await env.DB.prepare(query).bind(accountId).all<{ details: string }>();
  const clients = results.map(({ details }) => JSON.parse(details).client.split(",").sort());
  expect(clients).toEqual([apps.map(({ client }) => client.id).sort()]);
}

describe("apps that the earlier user of an implied address has connected", () => {
  it("are removed with their consent when the owner signs in with a provider that verifies the address", async () => {
    const email = newAddress();
    const attacker = await attackerWith(email);
    expect((await signInWithBrowser(openBrowser(service), "oidc", socialUser({ email }))).status).toBe(302);
    await expectRemoved(attacker);
  });

  it("are removed with their consent when the owner resets the password", async () => {
    const email = newAddress();
    const attacker = await attackerWith(email);
    await resetPassword(email);
    await expectRemoved(attacker);
  });
});
