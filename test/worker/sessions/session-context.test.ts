import { env } from "cloudflare:workers";
import { decodeJwt } from "jose";
import { describe, expect, it } from "vitest";
import { newApp, signInToApp } from "../../support/client-app.ts";
import { refresh, tokensOf } from "../../support/oauth.ts";
import { markDeviceAsKnown, startSecondFactor } from "../../support/one-time-codes.ts";
import { signedInPageBrowser } from "../../support/pages.ts";
import { OWN_AUDIENCE, resourceList, resourceUri } from "../../support/resources.ts";
import { createTestClock, startService } from "../../support/service.ts";
import { openProviders } from "../../support/social/providers.ts";
import { socialUser } from "../../support/social/users.ts";
import { PASSWORD, registerAndLogIn, registerVerifiedUser } from "../../support/users.ts";

const providers = openProviders();
const service = startService({
  env: { ...providers.variables, RESOURCES: resourceList("notes") },
  clock: createTestClock(),
});

const NOTES = resourceUri("notes");

/** The columns of the session of an access token. */
const contextOf = (token: string) =>
  env.DB.prepare("SELECT auth_time, client_id, audience FROM sessions WHERE id = ?")
    .bind(decodeJwt(token).sid)
    .first();

describe("a new session", () => {
  const signIns: Record<string, (audience?: string) => Promise<{ path: string; body: object }>> = {
    password: async (audience) => {
      const { email } = await registerVerifiedUser(service);
      return { path: "/login", body: { email, password: PASSWORD, audience } };
    },
    "second factor": async (audience) => {
      const { email, token } = await registerAndLogIn(service);
      await markDeviceAsKnown(token);
      await service.post("/me/otp", { enabled: true, password: PASSWORD }, token);
      return { path: "/login/otp", body: { ...(await startSecondFactor(service, email)), audience } };
    },
    "social sign-in": async (audience) => {
      const accessToken = await providers.tokenOf(socialUser());
      return { path: "/social/github/token", body: { accessToken, audience } };
    },
  };

  it.each(Object.entries(signIns))("stores its context after a %s", async (_method, prepare) => {
    for (const audience of [undefined, "notes"]) {
      const { path, body } = await prepare(audience);
      service.clock.advance(1_000);
      const { token } = (await service.post(path, body)).body.data;
      expect(await contextOf(token)).toEqual({
        auth_time: service.clock.now(),
        client_id: "gatehouse",
        audience: audience === undefined ? OWN_AUDIENCE : NOTES,
      });
    }
  });

  it("stores the context of a session that a page opens", async () => {
    const { email } = await registerVerifiedUser(service);
    const openedAt = service.clock.now();
    await signedInPageBrowser(service, email);
    const query =
      "SELECT auth_time, client_id, audience FROM sessions WHERE account_id = (SELECT id FROM accounts WHERE email = ?)";
    const { results } = await env.DB.prepare(query).bind(email).all();
    expect(results).toEqual([{ auth_time: openedAt, client_id: "gatehouse", audience: OWN_AUDIENCE }]);
  });
});

describe("a session of an OAuth client", () => {
  it("stores the authentication time of the browser session, its client and its audience", async () => {
    const { token } = await registerAndLogIn(service);
    const authTime = service.clock.now();
    service.clock.advance(30_000);
    const client = await newApp(service, { resources: [NOTES], scopes: ["openid"] });
    const app = await signInToApp(service, client, token);
    const context = { auth_time: authTime, client_id: client.id, audience: NOTES };
    expect(await contextOf(app.access_token)).toEqual(context);
    service.clock.advance(60_000);
    const refreshed = tokensOf(await refresh(service, client, app.refresh_token));
    expect(decodeJwt(refreshed.access_token).sid).toBe(decodeJwt(app.access_token).sid);
    expect(await contextOf(refreshed.access_token)).toEqual(context);
  });
});

it("keeps the context of a session of this service when it is refreshed", async () => {
  const { token, refreshToken } = await registerAndLogIn(service);
  const before = await contextOf(token);
  service.clock.advance(60_000);
  expect((await service.post("/refresh", { refreshToken, audience: "notes" })).status).toBe(200);
  expect(await contextOf(token)).toEqual(before);
});
