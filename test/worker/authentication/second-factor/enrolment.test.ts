import { env } from "cloudflare:workers";
import { decodeJwt } from "jose";
import { describe, expect, it } from "vitest";
import { operationPartOf } from "../../../../src/http/openapi-operation.ts";
import { expectErrorResponse } from "../../../support/assertions.ts";
import { authorizeUrl, redirectTo } from "../../../support/authorization-requests.ts";
import { ALL_FACTORS, enableFactor, setAccountColumn, storeVerifiedPhone } from "../../../support/factors.ts";
import { insertClient, NOTES, REDIRECT_URI, RESOURCES } from "../../../support/oauth-clients.ts";
import { newPhoneNumber, smsCodeTo } from "../../../support/one-time-codes.ts";
import { openPageBrowser } from "../../../support/pages.ts";
import { createRpcCaller } from "../../../support/rpc.ts";
import { createTestClock, type Service, startService } from "../../../support/service.ts";
import { PASSWORD, registerVerifiedUser } from "../../../support/users.ts";

const DAY = 86_400_000;

const clock = createTestClock();
const variables = { SECOND_FACTOR: "required", SECOND_FACTORS: "totp,sms_otp", RESOURCES };
const at = (changes: Record<string, string>) =>
  startService({ clock, env: { ...variables, ...changes }, secondFactors: ALL_FACTORS });
const service = at({});
const withGrace = at({ SECOND_FACTOR_GRACE_DAYS: "7" });

const newUser = async () => (await registerVerifiedUser(service)).email;

const logIn = async (email: string, on: Service = service, fields: object = {}) =>
  (await on.post("/login", { email, password: PASSWORD, ...fields })).body.data;

/** A restricted session on a known device, of a user with a verified number. */
async function restricted() {
  const email = await newUser();
  const phone = newPhoneNumber();
  await storeVerifiedPhone(email, phone);
  const { deviceToken } = await logIn(email);
  return { email, phone, ...(await logIn(email, service, { deviceToken })) } as {
    email: string;
    phone: string;
    token: string;
    refreshToken: string;
  };
}

const rowOf = (token: string) =>
  env.DB.prepare("SELECT restriction, amr, audience FROM sessions WHERE id = ?")
    .bind(decodeJwt(token).sid)
    .first();

describe("a required factor that the account does not have", () => {
  it("restricts the session at once without a grace period", async () => {
    const { token } = await logIn(await newUser());
    expect(await rowOf(token)).toMatchObject({ restriction: "enrol_second_factor", amr: "pwd" });
    expect(decodeJwt(token).restriction).toBe("enrol_second_factor");
  });

  it("may be enrolled within the grace period, which the first sign-in begins", async () => {
    const email = await newUser();
    const first = await logIn(email, withGrace);
    expect(await rowOf(first.token)).toMatchObject({ restriction: null });
    expect((await withGrace.get("/me/devices", first.token)).status).toBe(200);
    clock.advance(7 * DAY - 1);
    // A later sign-in does not extend it.
    expect(await rowOf((await logIn(email, withGrace)).token)).toMatchObject({ restriction: null });
    clock.advance(1);
    const late = await logIn(email, withGrace);
    expect(await rowOf(late.token)).toMatchObject({ restriction: "enrol_second_factor" });
    expectErrorResponse(
      await withGrace.get("/me/devices", late.token),
      403,
      "second_factor_enrolment_required",
    );
  });

  it("is announced on the pages during the grace period, until the user has one", async () => {
    const email = await newUser();
    const browser = openPageBrowser(withGrace);
    const page = await browser.submit(await browser.visit("/sign-in"), { email, password: PASSWORD });
    expect(page.text).toContain("Please set up two-step verification by ");
    const german = openPageBrowser(withGrace, { language: "de" });
    for (const [name, value] of browser.jar) german.jar.set(name, value);
    expect((await german.visit("/account")).text).toContain("Bestätigung in zwei Schritten bis ");
    await enableFactor(email, "totp");
    expect((await browser.visit("/account")).text).not.toContain("Please set up two-step verification by ");
  });

  it("is not announced where the policy does not ask for it any more", async () => {
    const email = await newUser();
    const browser = openPageBrowser(withGrace);
    await browser.submit(await browser.visit("/sign-in"), { email, password: PASSWORD });
    const optional = openPageBrowser(at({ SECOND_FACTOR: "optional" }));
    for (const [name, value] of browser.jar) optional.jar.set(name, value);
    const page = await optional.visit("/account");
    expect(page.path).toBe("/account");
    expect(page.text).not.toContain("Please set up two-step verification by ");
  });

  it("is asked of the roles of the policy only", async () => {
    const byRole = at({ SECOND_FACTOR: "optional,admin:required,superuser:off" });
    const restrictions: unknown[] = [];
    for (const role of ["user", "admin", "superuser"]) {
      const email = await newUser();
      await setAccountColumn(email, "role", role);
      restrictions.push((await rowOf((await logIn(email, byRole)).token))?.restriction);
    }
    expect(restrictions).toEqual([null, "enrol_second_factor", null]);
  });
});

/** The routes that a restricted session may use: to enrol a factor, and to end the session. */
const ALLOWED = [
  "GET /api/auth/me",
  "POST /api/auth/me/reauthenticate",
  "POST /api/auth/me/reauthenticate/otp",
  "POST /api/auth/me/phone",
  "POST /api/auth/me/phone/verify",
  "POST /api/auth/me/factors/sms",
];

/** Those of other features, whose own tests name them. */
const OF_FACTORS = /^\w+ \/api\/auth\/me\/(factors|reauthenticate)(\/|$)/;

describe("a restricted session", () => {
  it("may use no route but those of the enrolment", async () => {
    // Without a phone number, so that no request of this test enrols a factor.
    const { token } = await logIn(await newUser());
    const routes = new Set(
      service.app.routes
        .filter(({ handler }) => operationPartOf(handler)?.session)
        .map(({ method, path }) => `${method} ${path}`),
    );
    const passed: string[] = [];
    // It ends the session, which it also has to.
    routes.delete("POST /api/auth/logout");
    for (const route of routes) {
      const [method = "", path = ""] = route.split(" ");
      const body = method === "GET" ? undefined : {};
      const filled = path.replaceAll(/:\w+/g, crypto.randomUUID());
      const answer = await service.call(method, filled, body, token);
      if (answer.body.error?.code !== "second_factor_enrolment_required") passed.push(route);
    }
    expect(routes.size).toBeGreaterThan(40);
    expect(passed.filter((route) => !ALLOWED.includes(route) && !OF_FACTORS.test(route))).toEqual([]);
    expect(passed).toEqual(expect.arrayContaining(ALLOWED));
    expect((await service.post("/logout", undefined, token)).status).toBe(200);
  });

  it("is led from every page to the one of the enrolment, and from there back", async () => {
    const email = await newUser();
    const browser = openPageBrowser(service);
    await browser.press(await browser.visit("/sign-in"), { email, password: PASSWORD });
    const pages = service.app.routes.filter(
      ({ method, path, handler }) =>
        method === "GET" && operationPartOf(handler)?.page === "signed_in" && !path.includes(":"),
    );
    const reached: string[] = [];
    for (const { path } of pages) {
      const answer = await browser.send("GET", path);
      if (answer.headers.get("Location") !== `/account/two-step?returnTo=${encodeURIComponent(path)}`)
        reached.push(path);
    }
    expect(pages.length).toBeGreaterThan(10);
    const allowed = [
      "/account/two-step",
      "/account/passkeys",
      "/account/phone",
      "/account/confirm",
      // The missing answers come before the enrolment.
      "/account/complete",
      // The user may stop an admin's removal without the factor.
      "/account/factor-removal",
    ];
    expect(reached.filter((path) => !allowed.some((prefix) => path.startsWith(prefix)))).toEqual([]);
  });

  it("gets tokens of the own audience only, whatever it asks for", async () => {
    const email = await newUser();
    const { token, refreshToken } = await logIn(email, service, { audience: NOTES.uri });
    const own = "http://gatehouse.test/api/auth";
    expect([decodeJwt(token).aud, (await rowOf(token))?.audience]).toEqual([own, own]);
    const refused = await service.post("/refresh", { refreshToken, audience: NOTES.uri });
    expect([refused.status, refused.body.data]).toEqual([400, undefined]);
    const refreshed = await service.post("/refresh", { refreshToken });
    expect(decodeJwt(refreshed.body.data.token)).toMatchObject({
      aud: own,
      restriction: "enrol_second_factor",
    });
  });

  it("is no session for another Worker, in either mode of the verification", async () => {
    const { token } = await restricted();
    const worker = createRpcCaller(service);
    for (const options of [{}, { strict: true }])
      expect(await worker.call("verifyToken", token, options)).toEqual({
        ok: false,
        reason: "session_ended",
      });
  });

  it("authorizes no client, is led to the enrolment, and continues the request afterwards", async () => {
    const client = await insertClient({ isFirstParty: true });
    const email = await newUser();
    const browser = openPageBrowser(service);
    await browser.press(await browser.visit("/sign-in"), { email, password: PASSWORD });
    const url = authorizeUrl(client);
    const answer = await browser.send("GET", url);
    expect(answer.status).toBe(303);
    const location = new URL(answer.headers.get("Location") ?? "", "http://gatehouse.test");
    expect([location.pathname, location.searchParams.get("returnTo")]).toEqual(["/account/two-step", url]);
    const silent = redirectTo(await browser.send("GET", `${url}&prompt=none`), REDIRECT_URI);
    expect([silent.get("error"), silent.get("code")]).toEqual(["interaction_required", null]);
    await env.DB.prepare(
      "UPDATE sessions SET restriction = NULL WHERE account_id = (SELECT id FROM accounts WHERE email = ?)",
    )
      .bind(email)
      .run();
    const after = await browser.send("GET", location.searchParams.get("returnTo") ?? "");
    expect(redirectTo(after, REDIRECT_URI).get("code")).toBeTruthy();
  });

  it("is a normal one after the enrolment, also for other audiences", async () => {
    const { email, phone, token, refreshToken } = await restricted();
    const other = await logIn(email);
    expect((await service.post("/me/factors/sms", undefined, token)).status).toBe(200);
    clock.advance(1);
    const proof = { password: PASSWORD, factor: "sms_otp" };
    const { challengeId } = (await service.post("/me/reauthenticate", proof, token)).body.data;
    const answer = { challengeId, code: await smsCodeTo(service, phone) };
    expect((await service.post("/me/reauthenticate/otp", answer, token)).status).toBe(200);
    expect(await rowOf(token)).toMatchObject({ restriction: null, amr: "pwd sms mfa" });
    expect((await service.get("/me/devices", token)).status).toBe(200);
    const refreshed = await service.post("/refresh", { refreshToken, audience: NOTES.uri });
    expect(decodeJwt(refreshed.body.data.token)).toMatchObject({ aud: NOTES.uri });
    expect(decodeJwt(refreshed.body.data.token).restriction).toBeUndefined();
    // The other sessions of the account have not shown a factor.
    expect(await rowOf(other.token)).toMatchObject({ restriction: "enrol_second_factor" });
  });
});
