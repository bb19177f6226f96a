import { describe, expect, it } from "vitest";
import { expectErrorResponse } from "../../support/assertions.ts";
import { OWN_ORIGIN, openBrowser, signedInBrowser } from "../../support/browser.ts";
import {
  COOKIE_WRITE_VARIABLES,
  cookieWrites,
  type PreparedWrite,
  prepareWrite,
} from "../../support/cookie-writes.ts";
import { readAllRows } from "../../support/database-rows.ts";
import { createTestClock, startService } from "../../support/service.ts";
import { PASSWORD, registerVerifiedUser } from "../../support/users.ts";

const HOUR = 60 * 60_000;
// A whole second, in which a token ends.
const START = Math.floor(Date.now() / 1000) * 1000;
const APP = "https://app.example.com";
const PASSED = [200, 201];
// One day, so that the session outlives its CSRF token.
const values = { ...COOKIE_WRITE_VARIABLES, ACCESS_TOKEN_TTL: "86400", ALLOWED_ORIGINS: APP };
const start = () => startService({ env: values, clock: createTestClock(START) });
const service = start();
const writes = cookieWrites(service).map((write) => [`${write.method} ${write.path}`, write] as const);

/** The token with another first character in each of its three parts in turn. */
const altered = (token: string): string[] =>
  [0, 1, 2].map((part) =>
    token
      .split(".")
      .map((text, at) => (at === part ? `${/^[0A]/.test(text) ? "9" : "0"}${text.slice(1)}` : text))
      .join("."),
  );

/** Tokens that are invalid for this session, by name. */
async function foreignTokens(own: string): Promise<[string, string | null][]> {
  const anonymous = openBrowser(service);
  const other = await signedInBrowser(service, (await registerVerifiedUser(service)).email);
  const [expiry, nonce, mac] = own.split(".");
  return [
    ["no token", null],
    ["an empty token", ""],
    ["the token of another session", other.token],
    ["a token bound to a pre-session cookie", await anonymous.csrfToken()],
    ["the other browser's cookie itself", anonymous.jar.get("__Host-gh_csrf") ?? ""],
    ...altered(own).map((token, at): [string, string] => [`a token altered in part ${at + 1}`, token]),
    ["a token without its mac", `${expiry}.${nonce}.`],
    ["a token with the mac of another session", `${expiry}.${nonce}.${other.token.split(".")[2]}`],
    ["its mac alone", mac ?? ""],
    ["the token with a fourth part", `${own}.0`],
    ["a token with a later expiry", `${Number(expiry) + 3600}.${nonce}.${mac}`],
  ];
}

/** The headers that browsers send for pages of other origins. */
const foreignPages: [string, Record<string, string | null>][] = [
  ...[
    "https://evil.example",
    "null",
    "https://gatehouse.test.evil.example",
    "http://gatehouse.test.evil.example",
    "https://gatehouse.test",
    "http://gatehouse.test:8080",
    "http://gatehouse.test/",
    "http://GATEHOUSE.test",
    "http://evil-gatehouse.test",
    "http://sub.gatehouse.test",
    `${APP}.evil.example`,
    `${APP}:8443`,
    "http://app.example.com",
    `${OWN_ORIGIN}, https://evil.example`,
    "",
  ].map((Origin): [string, Record<string, string>] => [`Origin ${Origin || "empty"}`, { Origin }]),
  ["Sec-Fetch-Site cross-site and no Origin", { Origin: null, "Sec-Fetch-Site": "cross-site" }],
  ["Sec-Fetch-Site same-site and no Origin", { Origin: null, "Sec-Fetch-Site": "same-site" }],
  ["Origin null and Sec-Fetch-Site cross-site", { Origin: "null", "Sec-Fetch-Site": "cross-site" }],
  ["Origin null and Sec-Fetch-Site same-site", { Origin: "null", "Sec-Fetch-Site": "same-site" }],
  ["Origin null and Sec-Fetch-Site none", { Origin: "null", "Sec-Fetch-Site": "none" }],
  [
    "Origin of another site that says same-origin",
    { Origin: "https://evil.example", "Sec-Fetch-Site": "same-origin" },
  ],
];

/** The headers that an allowed page, or a program with the browser's cookies, sends with the token. */
const ownPages: [string, Record<string, string | null>][] = [
  ["its own Origin", { Origin: OWN_ORIGIN }],
  ["its own Origin and Sec-Fetch-Site", { Origin: OWN_ORIGIN, "Sec-Fetch-Site": "same-origin" }],
  ["an origin of ALLOWED_ORIGINS", { Origin: APP, "Sec-Fetch-Site": "cross-site" }],
  ["Sec-Fetch-Site same-origin alone", { Origin: null, "Sec-Fetch-Site": "same-origin" }],
  ["Sec-Fetch-Site none alone, of a request that no page made", { Origin: null, "Sec-Fetch-Site": "none" }],
  ["Origin null of a page without a referrer", { Origin: "null", "Sec-Fetch-Site": "same-origin" }],
  ["neither header, unlike any browser", { Origin: null }],
];

const expectRefused = async (
  { send }: PreparedWrite,
  name: string,
  headers: Record<string, string | null>,
) => {
  const answer = await send(headers);
  expect([answer.status, answer.body.error?.code], name).toEqual([403, "csrf_failed"]);
  expectErrorResponse(answer, 403, "csrf_failed");
};

describe("isCsrfSafe", () => {
  it("applies to these writes, according to the documentation of the routes", () => {
    expect(writes.map(([name]) => name).sort()).toEqual([
      "DELETE /clients/:id",
      "DELETE /clients/:id/secrets/:secretId",
      "DELETE /me",
      "DELETE /me/apps/:id",
      "DELETE /me/avatar",
      "DELETE /me/devices/:id",
      "DELETE /me/devices/:id/trust",
      "DELETE /me/factors/:id",
      "DELETE /me/identities/:provider",
      "DELETE /me/keys/:id",
      "DELETE /me/phone",
      "DELETE /sessions/:id",
      "DELETE /users/:id",
      "DELETE /users/:id/avatar",
      "DELETE /users/:id/factors",
      "DELETE /users/:id/sessions",
      "PATCH /clients/:id",
      "PATCH /me",
      "PATCH /me/factors/:id",
      "PATCH /users/:id",
      "POST /clients",
      "POST /clients/:id/secrets",
      "POST /login",
      "POST /login/email-code/verify",
      "POST /login/otp",
      "POST /logout",
      "POST /logout-all",
      "POST /me/deactivate",
      "POST /me/deletion/cancel",
      "POST /me/email",
      "POST /me/factors/passkeys",
      "POST /me/factors/passkeys/options",
      "POST /me/factors/recovery-codes",
      "POST /me/factors/removal/cancel",
      "POST /me/factors/sms",
      "POST /me/factors/totp",
      "POST /me/factors/totp/verify",
      "POST /me/identities/:provider",
      "POST /me/keys",
      "POST /me/otp",
      "POST /me/password",
      "POST /me/phone",
      "POST /me/phone/verify",
      "POST /me/reauthenticate",
      "POST /me/reauthenticate/code",
      "POST /me/reauthenticate/options",
      "POST /me/reauthenticate/otp",
      "POST /me/sign-up-answers",
      "POST /refresh",
      "POST /social/:provider/token",
      "POST /users",
      "POST /users/:id/activate",
      "POST /users/:id/deactivate",
      "POST /users/:id/deletion/cancel",
      "POST /users/:id/factors/removal/cancel",
      "POST /users/:id/reset-password",
      "POST /users/:id/unlock",
      "PUT /me/avatar",
      "PUT /users/:id/avatar",
      "PUT /users/:id/role",
    ]);
  });

  describe.each(writes)("%s", (name, write) => {
    it(`refuses ${name} without the CSRF token of this session, and changes nothing`, async () => {
      const attempt = await prepareWrite(service, write);
      const token = await attempt.browser.csrfToken();
      const tokens = await foreignTokens(token);
      const before = await readAllRows();
      for (const [label, foreign] of tokens) await expectRefused(attempt, label, { "X-CSRF-Token": foreign });
      expect(await readAllRows()).toEqual(before);
      expect(PASSED).toContain((await attempt.send({ "X-CSRF-Token": token })).status);
    });

    it(`refuses ${name} from a page of another origin with a valid CSRF token, and changes nothing`, async () => {
      const attempt = await prepareWrite(service, write);
      const token = await attempt.browser.csrfToken();
      const before = await readAllRows();
      for (const [label, page] of foreignPages)
        await expectRefused(attempt, label, { ...page, "X-CSRF-Token": token });
      expect(await readAllRows()).toEqual(before);
      expect(PASSED).toContain((await attempt.send({ "X-CSRF-Token": token })).status);
    });

    it(`refuses ${name} with a CSRF token that is twelve hours old`, async () => {
      const clocked = start();
      const attempt = await prepareWrite(clocked, write);
      const token = await attempt.browser.csrfToken();
      clocked.clock.advance(12 * HOUR);
      await expectRefused(attempt, "an expired token", { "X-CSRF-Token": token });
      // The session is live: 403 while the deletion of its account is pending.
      expect((await attempt.browser.send("GET", "/me")).status).not.toBe(401);
    });

    it.each(ownPages)(`accepts ${name} with the CSRF token and %s`, async (_page, page) => {
      const { browser, send } = await prepareWrite(service, write);
      expect(PASSED).toContain((await send({ ...page, "X-CSRF-Token": await browser.csrfToken() })).status);
    });
  });

  it("refuses the token of another browser if both have a cookie that names no session", async () => {
    const [browser, other] = [openBrowser(service), openBrowser(service)];
    for (const { jar } of [browser, other]) jar.set("__Host-gh_access", "e30.e30.e30");
    const { email } = await registerVerifiedUser(service);
    const credentials = { email, password: PASSWORD, transport: "cookie" };
    const logInWith = (token: string) =>
      browser.send("POST", "/login", credentials, { "X-CSRF-Token": token });
    const own = await browser.csrfToken();
    expectErrorResponse(await logInWith(await other.csrfToken()), 403, "csrf_failed");
    expect((await logInWith(own)).status).toBe(200);
  });

  it("requires no CSRF token for a bearer token with any Origin", async () => {
    for (const [, page] of foreignPages) {
      const { email } = await registerVerifiedUser(service);
      const sent = Object.entries(page).flatMap(([name, value]) => (value === null ? [] : [[name, value]]));
      const headers = Object.fromEntries(sent);
      const call = (method: string, path: string, body?: object, token?: string) =>
        service.call(method, `/api/auth${path}`, body, token, headers);
      const { token, refreshToken } = (await call("POST", "/login", { email, password: PASSWORD })).body.data;
      expect((await call("PATCH", "/me", { name: "Grace" }, token)).status).toBe(200);
      expect((await call("POST", "/refresh", { refreshToken })).status).toBe(200);
      expect((await call("POST", "/logout", undefined, token)).status).toBe(200);
    }
  });
});

describe("isCsrfSafe without a session", () => {
  it("requires the CSRF token of the pre-session cookie at sign-in, which prevents login CSRF", async () => {
    const { email } = await registerVerifiedUser(service);
    const login = { email, password: PASSWORD, transport: "cookie" };
    const browser = openBrowser(service);
    const otherToken = await openBrowser(service).csrfToken();
    expectErrorResponse(
      await browser.send("POST", "/login", login, { "X-CSRF-Token": otherToken }),
      403,
      "csrf_failed",
    );
    const token = await browser.csrfToken();
    for (const [name, page] of foreignPages) {
      const answer = await browser.send("POST", "/login", login, { ...page, "X-CSRF-Token": token });
      expect([answer.status, answer.headers.getSetCookie()], name).toEqual([403, []]);
    }
    expectErrorResponse(
      await browser.send("POST", "/login", login, { "X-CSRF-Token": otherToken }),
      403,
      "csrf_failed",
    );
    expectErrorResponse(await browser.send("POST", "/login", login), 403, "csrf_failed");
    expect((await browser.send("POST", "/login", login, { "X-CSRF-Token": token })).status).toBe(200);
    // The token of the pre-session cookie is not valid for the session.
    expectErrorResponse(
      await browser.send("PATCH", "/me", { name: "Eve" }, { "X-CSRF-Token": token }),
      403,
      "csrf_failed",
    );
  });
});
