import { env } from "cloudflare:workers";
import { decodeJwt } from "jose";
import { describe, expect, it } from "vitest";
import { expectErrorResponse } from "../../support/assertions.ts";
import { openBrowser } from "../../support/browser.ts";
import {
  APP_AUDIENCE,
  APP_ORIGIN,
  authorizationCodeIn,
  clientAppUrl,
  exchange,
} from "../../support/client-app.ts";
import { mailedCodeTo, startSecondFactor } from "../../support/one-time-codes.ts";
import { headingOf, openPageBrowser, signedInPageBrowser } from "../../support/pages.ts";
import { OWN_AUDIENCE, resourceList } from "../../support/resources.ts";
import { createRpcCaller } from "../../support/rpc.ts";
import { createTestClock, type Service, startService } from "../../support/service.ts";
import { signAsService } from "../../support/sign-as-service.ts";
import { signInWithBrowser } from "../../support/social/browser-flow.ts";
import { CLIENT_APP_QUERY, CODE_VERIFIER } from "../../support/social/client-application.ts";
import { APP, openProviders } from "../../support/social/providers.ts";
import { socialUser } from "../../support/social/users.ts";
import { accountIdOf, logIn, PASSWORD, registerVerifiedUser } from "../../support/users.ts";

const providers = openProviders();
const variables = {
  ...providers.variables,
  RESOURCES: resourceList("app", "other"),
  ALLOWED_ORIGINS: APP_ORIGIN,
};
const service = startService({ env: variables, clock: createTestClock() });
const always = startService({ env: { ...variables, LOGIN_OTP: "always" }, clock: service.clock });
/** The names of this service's own API. */
const OWN = [OWN_AUDIENCE, "gatehouse"];
const client = { ip: null, userAgent: null };

const forApp = { audience: APP_AUDIENCE };
const makeSuperuser = (email: string) =>
  env.DB.prepare("UPDATE accounts SET role = 'superuser' WHERE email = ?").bind(email).run();

type AppSession = { readonly email: string; readonly token: string; readonly refreshToken: string };

/** A code of the app's own start of a social login, which opens a session without a parent. */
async function identityCode(at: Service) {
  const user = socialUser();
  await providers.setUser(user);
  const answer = await signInWithBrowser(openBrowser(at), "github", user, CLIENT_APP_QUERY);
  const code = new URL(answer.headers.get("Location") ?? "").searchParams.get("code") ?? "";
  await makeSuperuser(user.email);
  return { user, email: user.email, code };
}

async function sessionCode() {
  const { email } = await registerVerifiedUser(service);
  await makeSuperuser(email);
  const browser = await signedInPageBrowser(service, email);
  return { email, code: authorizationCodeIn(await browser.send("GET", clientAppUrl("/sign-in"))) };
}

/** For each way to the session of an app: a superuser's session that was opened by it. */
const openings: Record<string, () => Promise<AppSession>> = {
  "the exchange of a page session's code": async () => {
    const { email, code } = await sessionCode();
    return { email, ...(await exchange(service, code, forApp)).body.data };
  },
  "the exchange of a code of the app's own social start": async () => {
    const { email, code } = await identityCode(service);
    return { email, ...(await exchange(service, code, forApp)).body.data };
  },
  "a second factor after the app's own social start": async () => {
    const { email, code } = await identityCode(always);
    const { challengeId } = (await exchange(always, code, forApp)).body.data;
    const answer = { challengeId, code: await mailedCodeTo(always, email) };
    return { email, ...(await always.post("/login/otp", answer)).body.data };
  },
  "exchangeCode over RPC through a binding's props": async () => {
    const { email, code } = await sessionCode();
    const worker = createRpcCaller(service, { props: forApp });
    const signedIn = await worker.call("exchangeCode", { code, codeVerifier: CODE_VERIFIER, client });
    if (!signedIn.ok) throw new Error(signedIn.reason);
    return { email, token: signedIn.token, refreshToken: signedIn.refreshToken };
  },
  "a row of a release that stored no client for a child session": async () => {
    const { email, code } = await sessionCode();
    const session = (await exchange(service, code, forApp)).body.data;
    const old = "UPDATE sessions SET client_id = 'gatehouse', client_recorded = 0 WHERE id = ?";
    await env.DB.prepare(old).bind(decodeJwt(session.token).sid).run();
    return { email, ...session };
  },
  "a row of a release that stored no client for an identity's code": async () => {
    const { email, code } = await identityCode(service);
    const session = (await exchange(service, code, forApp)).body.data;
    const old =
      "UPDATE sessions SET client_id = 'gatehouse', app_origin = NULL, client_recorded = 0 WHERE id = ?";
    await env.DB.prepare(old).bind(decodeJwt(session.token).sid).run();
    return { email, ...session };
  },
};

/** For each first factor of this service's own API: a superuser's session that was opened for the audience of an app. */
const firstPartyOpenings: Record<string, () => Promise<AppSession>> = {
  "POST /login": async () => {
    const { email } = await registerVerifiedUser(service);
    await makeSuperuser(email);
    return { email, ...(await service.post("/login", { email, password: PASSWORD, ...forApp })).body.data };
  },
  "POST /login and POST /login/otp": async () => {
    const { email } = await registerVerifiedUser(service);
    await makeSuperuser(email);
    const { challengeId, code } = await startSecondFactor(always, email, forApp);
    return { email, ...(await always.post("/login/otp", { challengeId, code, ...forApp })).body.data };
  },
  "POST /social/:provider/token": async () => {
    const user = socialUser();
    const accessToken = await providers.tokenOf(user);
    const opened = (await service.post("/social/github/token", { accessToken, ...forApp })).body.data;
    await makeSuperuser(user.email);
    return { email: user.email, ...opened };
  },
};

// Finding 1: the session belongs to this service's own client, which records that it is limited to the app's audience.
it.each(Object.entries(firstPartyOpenings))(
  "stores the client of this service and the audience of the app for a session that %s opens",
  async (_way, open) => {
    const { sid } = decodeJwt((await open()).token);
    const stored = await env.DB.prepare("SELECT client_id, audience FROM sessions WHERE id = ?")
      .bind(sid)
      .first();
    expect(stored).toEqual({ client_id: "gatehouse", audience: APP_AUDIENCE });
  },
);

describe.each(Object.entries({ ...openings, ...firstPartyOpenings }))(
  "the session for an app, opened by %s",
  (_way, open) => {
    it("gets no token for this service's own API or for another app, and keeps its refresh token", async () => {
      const { token, refreshToken } = await open();
      expect(decodeJwt(token).aud).toBe(APP_AUDIENCE);
      for (const audience of [...OWN, "other"]) {
        const answer = await service.post("/refresh", { refreshToken, audience });
        expectErrorResponse(answer, 400, "validation_failed");
        expect(answer.body.error?.fields?.map(({ path }) => path)).toEqual(["audience"]);
      }
      const invalid = { ok: false, reason: "refresh_invalid" };
      const worker = createRpcCaller(service);
      for (const audience of [...OWN, "other"]) {
        const answer = await worker.call("refreshSession", { refreshToken, client, audience });
        expect(answer).toEqual(OWN.includes(audience) ? { ok: false, reason: "forbidden" } : invalid);
      }
      const refreshed = (await service.post("/refresh", { refreshToken })).body.data;
      expect(decodeJwt(refreshed.token).aud).toBe(APP_AUDIENCE);
      const verified = await worker.call("verifyToken", refreshed.token, { ...forApp, strict: true });
      expect(verified).toMatchObject({ ok: true });
    });

    it("opens no page and no route with its refresh token in the cookie", async () => {
      const { refreshToken } = await open();
      const pages = openPageBrowser(service);
      pages.jar.set("__Host-gh_refresh", refreshToken);
      expect(headingOf(await pages.visit("/account"))).toBe("Sign in");
      pages.jar.set("__Host-gh_refresh", refreshToken);
      const shown = await pages.send("GET", clientAppUrl("/sign-in"));
      expect([shown.status, shown.headers.get("Location")]).toEqual([200, null]);
      const browser = openBrowser(service);
      browser.jar.set("__Host-gh_refresh", refreshToken);
      const answer = await browser.write("POST", "/refresh");
      expect([answer.status, answer.body.error?.code]).toEqual([401, "refresh_invalid"]);
    });

    it("acts neither on the account nor as its admin, even with a token for this service's own audience", async () => {
      const { email, token, refreshToken } = await open();
      const { token: own } = await logIn(service, await otherUser());
      // A release without this rule issued such tokens.
      const sub = await accountIdOf(email);
      const forged = await signAsService(own, { sid: String(decodeJwt(token).sid), sub });
      const target = await accountIdOf(await otherUser());
      const accessToken = await providers.tokenOf(socialUser());
      const requests = [
        ["GET", "/me", undefined],
        ["GET", "/users", undefined],
        ["POST", "/users", { email: "a@b.example", name: "Eve", role: "superuser" }],
        ["PUT", `/users/${target}/role`, { role: "superuser" }],
        ["POST", "/me/identities/github", { accessToken, refreshToken }],
        ["POST", "/logout-all", {}],
      ] as const;
      for (const credentials of [token, forged]) {
        for (const [method, path, body] of requests) {
          const answer = await service.call(method, `/api/auth${path}`, body, credentials);
          expectErrorResponse(answer, 401, "unauthorized");
        }
      }
    });
  },
);

it("gets no token for this service's own API if an app's session stores its alias", async () => {
  const { code } = await sessionCode();
  const { token, refreshToken } = (await exchange(service, code, forApp)).body.data;
  await env.DB.prepare("UPDATE sessions SET audience = 'gatehouse' WHERE id = ?")
    .bind(decodeJwt(token).sid)
    .run();
  for (const audience of OWN) {
    const refused = await service.post("/refresh", { refreshToken, audience });
    expectErrorResponse(refused, 400, "validation_failed");
  }
  const { data } = (await service.post("/refresh", { refreshToken })).body;
  expect((await service.get("/me", data.token)).status).toBe(401);
});

const otherUser = async () => (await registerVerifiedUser(service)).email;

describe("the audience of an app", () => {
  it("is never this service's own, and has to be named where RESOURCES has several", async () => {
    const { code } = await sessionCode();
    for (const fields of [...OWN.map((audience) => ({ audience })), {}, { audience: "unknown" }]) {
      expectErrorResponse(await exchange(service, code, fields), 400, "validation_failed");
    }
    const request = { code, codeVerifier: CODE_VERIFIER, client };
    const unlimited = createRpcCaller(service);
    const forbidden = { ok: false, reason: "forbidden" };
    for (const audience of OWN) {
      const ownProps = createRpcCaller(service, { props: { audience } });
      expect(await unlimited.call("exchangeCode", { ...request, audience })).toEqual(forbidden);
      expect(await ownProps.call("exchangeCode", request)).toEqual(forbidden);
    }
    expect(await unlimited.call("exchangeCode", request)).toEqual({ ok: false, reason: "bad_request" });
    expect((await exchange(service, code, forApp)).status).toBe(200);
  });

  it("does not exist where RESOURCES is empty", async () => {
    const single = startService({ env: { RESOURCES: "[]", ALLOWED_RETURN_URLS: APP } });
    const { email } = await registerVerifiedUser(single);
    const browser = await signedInPageBrowser(single, email);
    const code = authorizationCodeIn(await browser.send("GET", clientAppUrl("/sign-in")));
    expectErrorResponse(await exchange(single, code), 400, "validation_failed");
  });

  it("sets no cookies of this service at the exchange", async () => {
    const { code } = await sessionCode();
    const answer = await exchange(service, code, { ...forApp, transport: "cookie" });
    expectErrorResponse(answer, 400, "validation_failed");
    expect((await exchange(service, code, forApp)).headers.getSetCookie()).toEqual([]);
  });

  it("stays that of the exchange when a second factor is verified for another one or for cookies", async () => {
    const { email, code } = await identityCode(always);
    const { challengeId } = (await exchange(always, code, forApp)).body.data;
    const answer = { challengeId, code: await mailedCodeTo(always, email) };
    for (const audience of OWN) {
      const refused = await always.post("/login/otp", { ...answer, audience });
      expectErrorResponse(refused, 400, "validation_failed");
    }
    const browser = openBrowser(always);
    const byCookie = await browser.write("POST", "/login/otp", { ...answer, transport: "cookie" });
    expectErrorResponse(byCookie, 400, "validation_failed");
    expect(browser.jar.has("__Host-gh_access")).toBe(false);
    const { token } = (await always.post("/login/otp", answer)).body.data;
    expect(decodeJwt(token).aud).toBe(APP_AUDIENCE);
  });

  it("is that of a session which was opened for it by password, too", async () => {
    const { email } = await registerVerifiedUser(service);
    const opened = (await service.post("/login", { email, password: PASSWORD, ...forApp })).body.data;
    const { refreshToken } = opened;
    for (const audience of OWN) {
      const refused = await service.post("/refresh", { refreshToken, audience });
      expectErrorResponse(refused, 400, "validation_failed");
    }
    expect(decodeJwt((await service.post("/refresh", { refreshToken })).body.data.token).aud).toBe(
      APP_AUDIENCE,
    );
  });

  it("is shown with the app in the list of sessions, for an identity's code as well", async () => {
    const { user, code } = await identityCode(service);
    const { token } = (await exchange(service, code, forApp)).body.data;
    const accessToken = await providers.tokenOf(user);
    const own = (await service.post("/social/github/token", { accessToken })).body.data;
    const list = (await service.get("/sessions", own.token)).body.data;
    const found = (list as { id: string; app: string | null }[]).find(
      ({ id }) => id === decodeJwt(token).sid,
    );
    expect(found?.app).toBe(APP_ORIGIN);
  });
});
