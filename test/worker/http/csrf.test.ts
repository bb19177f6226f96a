import { describe, expect, it } from "vitest";
import { OWN_ORIGIN, openBrowser, signedInBrowser } from "../../support/browser.ts";
import {
  type Attempt,
  COOKIE_WRITE_VARIABLES,
  cookieWrites,
  prepareWrite,
} from "../../support/cookie-writes.ts";
import { expectRefusal } from "../../support/refusal.ts";
import { createTestClock, startService } from "../../support/service.ts";
import { allRows } from "../../support/tables.ts";
import { member, PASSWORD } from "../../support/users.ts";

const HOUR = 60 * 60_000;
const START = Date.now();
const APP = "https://app.example.com";
const PASSED = [200, 201];
// A day, so that a session is still good when its CSRF token is not.
const values = { ...COOKIE_WRITE_VARIABLES, ACCESS_TOKEN_TTL: "86400", ALLOWED_ORIGINS: APP };
const start = () => startService({ env: values, clock: createTestClock(START) });
const service = start();
const writes = cookieWrites(service).map((write) => [`${write.method} ${write.path}`, write] as const);

/** Another first letter, for each of the three parts of a token in turn. */
const altered = (token: string): string[] =>
  [0, 1, 2].map((part) =>
    token
      .split(".")
      .map((text, at) => (at === part ? `${/^[0A]/.test(text) ? "9" : "0"}${text.slice(1)}` : text))
      .join("."),
  );

/** Tokens that are not this session's own, by what is wrong with them. */
async function foreignTokens(own: string): Promise<[string, string | null][]> {
  const stranger = openBrowser(service);
  const other = await signedInBrowser(service, (await member(service)).email);
  const [expiry, nonce, mac] = own.split(".");
  return [
    ["no token", null],
    ["an empty token", ""],
    ["the token of another session", other.token],
    ["a token of the cookie before a session", await stranger.csrfToken()],
    ["the other browser's cookie itself", stranger.jar.get("__Host-gh_csrf") ?? ""],
    ...altered(own).map((token, at): [string, string] => [`a token altered in part ${at + 1}`, token]),
    ["a token without its mac", `${expiry}.${nonce}.`],
    ["a token with another's mac", `${expiry}.${nonce}.${other.token.split(".")[2]}`],
    ["its mac alone", mac ?? ""],
    ["a token that lasts longer", `${Number(expiry) + 3600}.${nonce}.${mac}`],
  ];
}

/** What browsers say of pages that are not ours. */
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
  ].map((Origin): [string, Record<string, string>] => [`Origin ${Origin || "of no text"}`, { Origin }]),
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

/** What a page of ours, or a program with the browser's cookies, sends beside its token. */
const ownPages: [string, Record<string, string | null>][] = [
  ["its own Origin", { Origin: OWN_ORIGIN }],
  ["its own Origin and Sec-Fetch-Site", { Origin: OWN_ORIGIN, "Sec-Fetch-Site": "same-origin" }],
  ["an origin of ALLOWED_ORIGINS", { Origin: APP, "Sec-Fetch-Site": "cross-site" }],
  ["Sec-Fetch-Site same-origin alone", { Origin: null, "Sec-Fetch-Site": "same-origin" }],
  ["Origin null of a page without a referrer", { Origin: "null", "Sec-Fetch-Site": "same-origin" }],
  ["neither, as no browser does", { Origin: null }],
];

const refuse = async ({ send }: Attempt, name: string, headers: Record<string, string | null>) => {
  const answer = await send(headers);
  expect([answer.status, answer.body.error?.code], name).toEqual([403, "csrf_failed"]);
  expectRefusal(answer, 403, "csrf_failed");
};

describe("the writes that cookies can vouch for", () => {
  it("are these, by what the routes say of themselves", () => {
    expect(writes.map(([name]) => name).sort()).toEqual([
      "DELETE /me/avatar",
      "DELETE /me/identities/:provider",
      "DELETE /me/phone",
      "DELETE /sessions/:id",
      "DELETE /users/:id",
      "DELETE /users/:id/avatar",
      "DELETE /users/:id/sessions",
      "PATCH /me",
      "PATCH /users/:id",
      "POST /login",
      "POST /login/otp",
      "POST /logout",
      "POST /logout-all",
      "POST /me/deactivate",
      "POST /me/email",
      "POST /me/identities/:provider",
      "POST /me/otp",
      "POST /me/password",
      "POST /me/phone",
      "POST /me/phone/verify",
      "POST /refresh",
      "POST /social/:provider/token",
      "POST /users",
      "POST /users/:id/activate",
      "POST /users/:id/deactivate",
      "POST /users/:id/reset-password",
      "POST /users/:id/unlock",
      "PUT /me/avatar",
      "PUT /users/:id/avatar",
      "PUT /users/:id/role",
    ]);
  });

  describe.each(writes)("%s", (_name, write) => {
    it("is refused without this session's token, and changes nothing", async () => {
      const attempt = await prepareWrite(service, write);
      const token = await attempt.browser.csrfToken();
      const tokens = await foreignTokens(token);
      const before = await allRows();
      for (const [name, foreign] of tokens) await refuse(attempt, name, { "X-CSRF-Token": foreign });
      expect(await allRows()).toEqual(before);
      expect(PASSED).toContain((await attempt.send({ "X-CSRF-Token": token })).status);
    });

    it("is refused to a page of another origin that has the token, and changes nothing", async () => {
      const attempt = await prepareWrite(service, write);
      const token = await attempt.browser.csrfToken();
      const before = await allRows();
      for (const [name, page] of foreignPages)
        await refuse(attempt, name, { ...page, "X-CSRF-Token": token });
      expect(await allRows()).toEqual(before);
      expect(PASSED).toContain((await attempt.send({ "X-CSRF-Token": token })).status);
    });

    it("is refused once the token is twelve hours old", async () => {
      const clocked = start();
      const attempt = await prepareWrite(clocked, write);
      const token = await attempt.browser.csrfToken();
      clocked.clock.advance(12 * HOUR);
      await refuse(attempt, "an expired token", { "X-CSRF-Token": token });
      expect((await attempt.browser.send("GET", "/me")).status).toBe(200);
    });

    it.each(ownPages)("passes with the token and %s", async (_page, page) => {
      const { browser, send } = await prepareWrite(service, write);
      expect(PASSED).toContain((await send({ ...page, "X-CSRF-Token": await browser.csrfToken() })).status);
    });
  });

  it("need no token by Bearer, whatever Origin says", async () => {
    for (const [, page] of foreignPages) {
      const { email } = await member(service);
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

describe("the sign-in of somebody without a session", () => {
  it("needs the token of the cookie that came with it, so that nobody is signed in as somebody else", async () => {
    const { email } = await member(service);
    const login = { email, password: PASSWORD, transport: "cookie" };
    const browser = openBrowser(service);
    const foreign = await openBrowser(service).csrfToken();
    expectRefusal(
      await browser.send("POST", "/login", login, { "X-CSRF-Token": foreign }),
      403,
      "csrf_failed",
    );
    const token = await browser.csrfToken();
    for (const [name, page] of foreignPages) {
      const answer = await browser.send("POST", "/login", login, { ...page, "X-CSRF-Token": token });
      expect([answer.status, answer.headers.getSetCookie()], name).toEqual([403, []]);
    }
    expectRefusal(
      await browser.send("POST", "/login", login, { "X-CSRF-Token": foreign }),
      403,
      "csrf_failed",
    );
    expectRefusal(await browser.send("POST", "/login", login), 403, "csrf_failed");
    expect((await browser.send("POST", "/login", login, { "X-CSRF-Token": token })).status).toBe(200);
    // The token of the cookie before the session is none of the session's.
    expectRefusal(
      await browser.send("PATCH", "/me", { name: "Eve" }, { "X-CSRF-Token": token }),
      403,
      "csrf_failed",
    );
  });
});
