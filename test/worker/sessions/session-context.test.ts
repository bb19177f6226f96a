import { env } from "cloudflare:workers";
import { decodeJwt } from "jose";
import { describe, expect, it } from "vitest";
import { APP_ORIGIN, authorizationCodeIn, clientAppUrl, exchange } from "../../support/client-app.ts";
import { startSecondFactor } from "../../support/one-time-codes.ts";
import { signedInPageBrowser } from "../../support/pages.ts";
import { OWN_AUDIENCE, resourceList, resourceUri } from "../../support/resources.ts";
import { createTestClock, startService } from "../../support/service.ts";
import { authorizationCodeFor } from "../../support/social/inserted-rows.ts";
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

  it("stores the app and its audience after the exchange of the code of a verified identity", async () => {
    const { email } = await registerVerifiedUser(service);
    const code = await authorizationCodeFor(email, service.clock.now());
    const { token } = (await exchange(service, code)).body.data;
    expect(await contextOf(token)).toEqual({
      auth_time: service.clock.now(),
      client_id: APP_ORIGIN,
      audience: NOTES,
    });
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

describe("a child session", () => {
  const openChild = async (email: string, fields: object) => {
    const browser = await signedInPageBrowser(service, email);
    const authTime = service.clock.now();
    service.clock.advance(30_000);
    const code = authorizationCodeIn(await browser.visit(clientAppUrl("/sign-in")));
    return { ...(await exchange(service, code, fields)).body.data, authTime };
  };

  it("stores the authentication time of its parent, its app and its audience", async () => {
    const { email } = await registerVerifiedUser(service);
    const { token, authTime } = await openChild(email, { audience: "notes" });
    expect(await contextOf(token)).toEqual({
      auth_time: authTime,
      client_id: APP_ORIGIN,
      audience: NOTES,
    });
  });

  it("stores the creation time of a parent whose authentication time is missing", async () => {
    const { email } = await registerVerifiedUser(service);
    const browser = await signedInPageBrowser(service, email);
    const createdAt = service.clock.now();
    await env.DB.prepare("UPDATE sessions SET auth_time = NULL").run();
    service.clock.advance(1_000);
    const code = authorizationCodeIn(await browser.visit(clientAppUrl("/sign-in")));
    const { token } = (await exchange(service, code)).body.data;
    expect(await contextOf(token)).toMatchObject({ auth_time: createdAt });
  });

  it("keeps its context when it is refreshed", async () => {
    const { email } = await registerVerifiedUser(service);
    const { token, refreshToken } = await openChild(email, { audience: "notes" });
    const before = await contextOf(token);
    service.clock.advance(60_000);
    const refreshed = (await service.post("/refresh", { refreshToken })).body.data;
    expect(decodeJwt(refreshed.token)).toMatchObject({ sid: decodeJwt(token).sid, aud: NOTES });
    expect(await contextOf(token)).toEqual(before);
  });
});

it("keeps the context of a session of this service when it is refreshed", async () => {
  const { token, refreshToken } = await registerAndLogIn(service);
  const before = await contextOf(token);
  service.clock.advance(60_000);
  expect((await service.post("/refresh", { refreshToken, audience: "notes" })).status).toBe(200);
  expect(await contextOf(token)).toEqual(before);
});
