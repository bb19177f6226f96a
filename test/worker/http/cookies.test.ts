import { describe, expect, it } from "vitest";
import { type Browser, openBrowser, signedInBrowser } from "../../support/browser.ts";
import { mailedCodeTo } from "../../support/one-time-codes.ts";
import { type ApiResponse, createTestClock, startService } from "../../support/service.ts";
import { PASSWORD, registerAndLogIn, registerVerifiedUser } from "../../support/users.ts";

const MINUTE = 60_000;
const START = Date.now();
const start = (values: object = {}) => startService({ env: { ...values }, clock: createTestClock(START) });
const service = start();
const withSecondFactor = start({ LOGIN_OTP: "always" });

const ACCESS = "__Host-gh_access";
const REFRESH = "__Host-gh_refresh";
const DEVICE = "__Host-gh_device";
const CSRF = "__Host-gh_csrf";

/** The Set-Cookie headers of a response: name, Max-Age and the other attributes, sorted. */
const cookiesOf = (answer: ApiResponse) =>
  answer.headers.getSetCookie().map((header) => {
    const [pair = "", ...attributes] = header.split(/; ?/);
    const maxAge = attributes.find((attribute) => attribute.startsWith("Max-Age="));
    const others = attributes.filter((attribute) => attribute !== maxAge).sort();
    return { name: pair.split("=")[0], maxAge: Number(maxAge?.slice(8)), attributes: others.join("; ") };
  });

/** No Domain and no Expires. */
const STRICT = "HttpOnly; Path=/; SameSite=Lax; Secure";

const body = (email: string) => ({ email, password: PASSWORD, transport: "cookie" });

/** A sign-in with each of the two routes that support the cookie transport. */
const signIns: [string, (browser: Browser, email: string) => Promise<ApiResponse>][] = [
  ["POST /login", (browser, email) => browser.write("POST", "/login", body(email))],
  [
    "POST /login/otp",
    async (browser, email) => {
      const { challengeId } = (await browser.write("POST", "/login", body(email))).body.data;
      const code = await mailedCodeTo(service, email);
      return browser.write("POST", "/login/otp", { challengeId, code, transport: "cookie" });
    },
  ],
];

describe.each(signIns)("transport cookie at %s", (route, signIn) => {
  const host = route === "POST /login" ? service : withSecondFactor;

  it("sets three __Host- cookies that scripts cannot read", async () => {
    const { email } = await registerVerifiedUser(host);
    const answer = await signIn(openBrowser(host), email);
    expect(answer.status).toBe(200);
    expect(cookiesOf(answer)).toEqual([
      { name: ACCESS, maxAge: 900, attributes: STRICT },
      { name: REFRESH, maxAge: 7 * 24 * 60 * 60, attributes: STRICT },
      { name: DEVICE, maxAge: 180 * 24 * 60 * 60, attributes: STRICT },
    ]);
    expect(answer.headers.get("Cache-Control")).toBe("no-store");
  });

  it("returns no token in the body, but the CSRF token and the user", async () => {
    const { email } = await registerVerifiedUser(host);
    const browser = openBrowser(host);
    const answer = await signIn(browser, email);
    const user = { id: expect.any(String), name: "Ada", email, isVerified: true, role: "user" };
    expect(answer.body.data).toEqual({ expiresIn: 900, csrfToken: expect.any(String), user });
    expect(answer.text).not.toContain("eyJ");
    for (const secret of browser.jar.values()) expect(answer.text).not.toContain(secret);
    const changed = await browser.send(
      "PATCH",
      "/me",
      { name: "Grace" },
      { "X-CSRF-Token": answer.body.data.csrfToken },
    );
    expect([changed.status, changed.body.data.name]).toEqual([200, "Grace"]);
  });
});

describe("session cookies", () => {
  it("authenticates /me by the access cookie, and refuses an altered one", async () => {
    const { email } = await registerVerifiedUser(service);
    const browser = await signedInBrowser(service, email);
    expect((await browser.send("GET", "/me")).body.data.email).toBe(email);
    browser.jar.set(ACCESS, `${browser.jar.get(ACCESS)?.slice(0, -6)}AAAAAA`);
    expect((await browser.send("GET", "/me")).status).toBe(401);
  });

  it("refuses a refresh or device token in the access cookie", async () => {
    const browser = await signedInBrowser(service, (await registerVerifiedUser(service)).email);
    for (const name of [REFRESH, DEVICE]) {
      browser.jar.set(ACCESS, browser.jar.get(name) ?? "");
      expect((await browser.send("GET", "/me")).status).toBe(401);
    }
  });

  it("refreshes a cookie session without a body: new cookies, a new CSRF token, and no token in the body", async () => {
    const clocked = start();
    const browser = await signedInBrowser(clocked, (await registerVerifiedUser(clocked)).email);
    const old = new Map(browser.jar);
    clocked.clock.advance(20 * MINUTE);
    expect((await browser.send("GET", "/me")).status).toBe(401);
    // The browser has deleted the expired access cookie.
    browser.jar.delete(ACCESS);
    const answer = await browser.send("POST", "/refresh", undefined, { "X-CSRF-Token": browser.token });
    expect([answer.status, answer.body.data]).toEqual([
      200,
      { expiresIn: 900, csrfToken: expect.any(String) },
    ]);
    expect(cookiesOf(answer)).toEqual([
      { name: ACCESS, maxAge: 900, attributes: STRICT },
      { name: REFRESH, maxAge: 7 * 24 * 60 * 60, attributes: STRICT },
    ]);
    expect(answer.text).not.toContain("eyJ");
    expect(browser.jar.get(REFRESH)).not.toBe(old.get(REFRESH));
    const { csrfToken } = answer.body.data;
    expect(
      (await browser.send("PATCH", "/me", { name: "Grace" }, { "X-CSRF-Token": csrfToken })).status,
    ).toBe(200);
    const successor = browser.jar.get(REFRESH);
    expect((await browser.send("POST", "/refresh", undefined, { "X-CSRF-Token": csrfToken })).status).toBe(
      200,
    );
    expect(browser.jar.get(REFRESH)).not.toBe(successor);
    clocked.clock.advance(11_000);
    browser.jar.set(REFRESH, old.get(REFRESH) ?? "");
    const reused = await browser.send("POST", "/refresh", undefined, { "X-CSRF-Token": csrfToken });
    expect([reused.status, reused.body.error?.code]).toEqual([401, "refresh_invalid"]);
    expect((await browser.send("GET", "/me")).status).toBe(401);
  });

  it.each([
    ["with both cookies", false],
    ["without the access cookie", true],
  ])("ends a cookie session by /logout %s, and clears the cookies", async (_name, accessGone) => {
    const clocked = start();
    const browser = await signedInBrowser(clocked, (await registerVerifiedUser(clocked)).email);
    const [access, refreshToken] = [browser.jar.get(ACCESS), browser.jar.get(REFRESH)];
    if (accessGone) {
      clocked.clock.advance(16 * MINUTE);
      browser.jar.delete(ACCESS);
    }
    const answer = await browser.send("POST", "/logout", undefined, { "X-CSRF-Token": browser.token });
    expect(answer.status).toBe(200);
    const cleared = accessGone ? [REFRESH] : [ACCESS, REFRESH];
    expect(cookiesOf(answer).map(({ name, maxAge }) => [name, maxAge])).toEqual(
      cleared.map((name) => [name, 0]),
    );
    expect([browser.jar.has(ACCESS), browser.jar.has(REFRESH)]).toEqual([false, false]);
    expect((await clocked.get("/me", access)).status).toBe(401);
    expect((await clocked.post("/refresh", { refreshToken })).status).toBe(401);
  });

  it("ignores the session cookies of a request with an Authorization header", async () => {
    const cookies = await registerVerifiedUser(service);
    const browser = await signedInBrowser(service, cookies.email);
    const bearer = await registerAndLogIn(service);
    const authorized = (value: string) => ({ Authorization: value, Origin: null });
    const me = await browser.send("GET", "/me", undefined, authorized(`Bearer ${bearer.token}`));
    expect(me.body.data.email).toBe(bearer.email);
    for (const unusable of ["Bearer x.y.z", "Basic YTpi", "Bearer", ""]) {
      const answer = await browser.send("GET", "/me", undefined, authorized(unusable));
      expect([answer.status, answer.body.error?.code], unusable).toEqual([401, "unauthorized"]);
    }
    const out = await browser.send("POST", "/logout", undefined, authorized(`Bearer ${bearer.token}`));
    expect([out.status, out.headers.getSetCookie()]).toEqual([200, []]);
    expect((await service.get("/me", bearer.token)).status).toBe(401);
    expect((await browser.send("GET", "/me")).status).toBe(200);
  });

  it("ignores the session cookies of a refresh with a token in the body", async () => {
    const browser = await signedInBrowser(service, (await registerVerifiedUser(service)).email);
    const { refreshToken, email } = await registerAndLogIn(service);
    const answer = await browser.send(
      "POST",
      "/refresh",
      { refreshToken },
      { Origin: "https://other.example" },
    );
    expect([answer.status, answer.headers.getSetCookie()]).toEqual([200, []]);
    expect((await service.get("/me", answer.body.data.token)).body.data.email).toBe(email);
    // Without a body and without a cookie, the response names what is missing.
    const none = await service.post("/refresh");
    expect([none.status, none.body.error?.fields?.[0]?.path]).toEqual([400, "refreshToken"]);
  });

  it("refreshes a cookie session whose request has a JSON type and no body", async () => {
    const browser = await signedInBrowser(service, (await registerVerifiedUser(service)).email);
    for (const body of [undefined, "", "{}"]) {
      const answer = await browser.write("POST", "/refresh", body, { "Content-Type": "application/json" });
      expect([answer.status, answer.body.data.csrfToken], String(body)).toEqual([200, expect.any(String)]);
    }
    const headers = { "Content-Type": "application/json", "X-CSRF-Token": "1.2.3" };
    expect((await browser.send("POST", "/refresh", undefined, headers)).status).toBe(403);
  });
});

describe("GET /csrf-token", () => {
  it("issues a CSRF token without a session, and sets its binding cookie once", async () => {
    const browser = openBrowser(service);
    const first = await browser.send("GET", "/csrf-token");
    expect(first.body.data).toEqual({ csrfToken: expect.any(String), expiresIn: 12 * 60 * 60 });
    expect(cookiesOf(first)).toEqual([{ name: CSRF, maxAge: 12 * 60 * 60, attributes: STRICT }]);
    expect(first.headers.get("Cache-Control")).toBe("no-store");
    expect(first.text).not.toContain(browser.jar.get(CSRF));
    const second = await browser.send("GET", "/csrf-token");
    expect(second.headers.getSetCookie()).toEqual([]);
    expect(second.body.data.csrfToken).not.toBe(first.body.data.csrfToken);
  });

  it("issues a CSRF token for a session, and sets no cookie", async () => {
    const browser = await signedInBrowser(service, (await registerVerifiedUser(service)).email);
    const answer = await browser.send("GET", "/csrf-token");
    expect(answer.headers.getSetCookie()).toEqual([]);
    const headers = { "X-CSRF-Token": answer.body.data.csrfToken };
    expect((await browser.send("PATCH", "/me", { name: "Grace" }, headers)).status).toBe(200);
  });
});
