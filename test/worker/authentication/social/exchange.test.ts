import { decodeJwt } from "jose";
import { describe, expect, it } from "vitest";
import { expectErrorResponse, inParallel, statusCounts } from "../../../support/assertions.ts";
import { openBrowser } from "../../../support/browser.ts";
import { APP_AUDIENCE } from "../../../support/client-app.ts";
import { countSessions, readAllRows } from "../../../support/database-rows.ts";
import { mailedCodeTo } from "../../../support/one-time-codes.ts";
import { type Service, startService } from "../../../support/service.ts";
import { signInWithBrowser, start } from "../../../support/social/browser-flow.ts";
import {
  CLIENT_APP_QUERY,
  CODE_CHALLENGE,
  CODE_VERIFIER,
} from "../../../support/social/client-application.ts";
import { APP, openProviders } from "../../../support/social/providers.ts";
import { socialUser } from "../../../support/social/users.ts";
import { tokenMailedTo } from "../../../support/users.ts";

const providers = openProviders();
const service = startService({ env: providers.variables });

/** Signs in at GitHub for the client application. Returns the callback's redirect and its code. */
async function codeFor(user = socialUser(), at: Service = service) {
  await providers.setUser(user);
  const browser = openBrowser(at);
  const answer = await signInWithBrowser(browser, "github", user, CLIENT_APP_QUERY);
  const url = new URL(answer.headers.get("Location") ?? "");
  return { user, browser, answer, url, code: url.searchParams.get("code") ?? "" };
}

const exchange = (body: object, headers: Record<string, string> = {}, at: Service = service) =>
  at.call("POST", "/api/auth/exchange", { codeVerifier: CODE_VERIFIER, ...body }, undefined, headers);

describe("authorization code of a social login", () => {
  it("redirects to a client application with a code, without a token or a session cookie", async () => {
    const { user, answer, url, code } = await codeFor();
    expect(url.origin + url.pathname).toBe(APP);
    expect([...url.searchParams.keys()]).toEqual(["code"]);
    expect(code).toMatch(/^[\w-]{43}$/);
    expect(answer.headers.getSetCookie()).toEqual([]);
    expect(await countSessions(user.email)).toBe(0);
    expect(JSON.stringify(await readAllRows())).not.toContain(code);
    const tokens = await exchange({ code }, { Origin: "https://app.example.com" });
    expect(tokens.body.data.user.email).toBe(user.email);
    expect(tokens.headers.get("Cache-Control")).toBe("no-store");
    expect(decodeJwt(tokens.body.data.token).aud).toBe(APP_AUDIENCE);
    expect((await service.get("/me", tokens.body.data.token)).status).toBe(401);
  });

  it("opens one session for 50 concurrent exchanges of a code", async () => {
    const { user, code } = await codeFor();
    const answers = await inParallel(50, () => exchange({ code }));
    expect(statusCounts(answers)).toEqual({ 200: 1, 400: 49 });
    expect(await countSessions(user.email)).toBe(1);
    expectErrorResponse(await exchange({ code }), 400, "code_invalid");
  });

  it("rejects a code after a minute, from another origin and after a password reset", async () => {
    const expired = await codeFor();
    service.clock.advance(60_000);
    expectErrorResponse(await exchange({ code: expired.code }), 400, "code_invalid");
    const { code, user } = await codeFor();
    for (const Origin of ["https://other.example.org", "https://app.example.com.evil.example", "null"]) {
      expectErrorResponse(await exchange({ code }, { Origin }), 400, "code_invalid");
    }
    await service.post("/forgot-password", { email: user.email });
    const token = await tokenMailedTo(service, user.email);
    await service.post("/reset-password", { token, newPassword: "another quiet harbour" });
    expectErrorResponse(await exchange({ code }), 400, "code_invalid");
    expect(await countSessions(user.email)).toBe(0);
  });

  it("rejects a code with a missing or wrong code verifier", async () => {
    const { code } = await codeFor();
    for (const codeVerifier of [undefined, null, "", "a guess", 7]) {
      expectErrorResponse(await exchange({ code, codeVerifier }), 400, "validation_failed");
    }
    for (const codeVerifier of [CODE_CHALLENGE, `${CODE_VERIFIER}x`]) {
      expectErrorResponse(await exchange({ code, codeVerifier }), 400, "code_invalid");
    }
    expect((await exchange({ code })).status).toBe(200);
  });

  it("rejects an authorization request without a code challenge (RFC 9700 §2.1.1)", async () => {
    const query = `?returnTo=${encodeURIComponent(APP)}`;
    const answer = await start(openBrowser(service), "github", query, { Accept: null });
    expectErrorResponse(answer, 400, "validation_failed");
    expect(answer.body.error?.fields).toEqual([{ path: "codeChallenge", message: "Is required." }]);
    expect(answer.headers.getSetCookie()).toEqual([]);
  });

  it("requires the second factor at the exchange of a code", async () => {
    const always = startService({ env: { ...providers.variables, LOGIN_OTP: "always" } });
    const { code, user } = await codeFor(socialUser(), always);
    const { challengeId } = (await exchange({ code }, {}, always)).body.data;
    const answer = await always.post("/login/otp", {
      challengeId,
      code: await mailedCodeTo(always, user.email),
    });
    expect(answer.body.data.user.email).toBe(user.email);
  });

  it("sets no session cookies at the exchange, also for a page of the same site", async () => {
    const { code, browser } = await codeFor();
    const body = { code, codeVerifier: CODE_VERIFIER };
    const Origin = "https://app.example.com";
    const sameSite = startService({
      env: { ...providers.variables, ALLOWED_ORIGINS: Origin },
      clock: service.clock,
    });
    const page = openBrowser(sameSite, Origin);
    const byCookie = await page.write("POST", "/exchange", { ...body, transport: "cookie" });
    expectErrorResponse(byCookie, 400, "validation_failed");
    expect((await page.write("POST", "/exchange", body)).status).toBe(200);
    expect([page.jar.has("__Host-gh_access"), browser.jar.has("__Host-gh_access")]).toEqual([false, false]);
  });
});

describe("returnTo of GET /social/:provider/start", () => {
  const browser = openBrowser(service);
  const startWith = (returnTo: string) =>
    start(browser, "github", `?returnTo=${encodeURIComponent(returnTo)}&codeChallenge=${CODE_CHALLENGE}`, {
      Accept: null,
    });

  it.each([
    "/",
    "/a/b?c=d",
    "http://gatehouse.test/x",
    APP,
    "HTTPS://APP.EXAMPLE.COM/signed-in",
    "https://other.example.org/",
  ])("accepts the returnTo %s", async (returnTo) => {
    expect((await startWith(returnTo)).status).toBe(302);
  });

  it.each([
    "/api/auth/social/github/start",
    "/API/auth/social/github/start",
    "/%61pi/auth/social/github/start",
    "/x/../api/auth/social/github/start",
    "http://gatehouse.test/api",
    "//e.example",
    "/\\e.example",
    "\\\\e.example",
    "/\t/e.example",
    "/\r\n/e.example",
    "/%0d%0aX: y\r\nX: y",
    "https://app@e.example/",
    "https://app.example.com@e.example/signed-in",
    "https://user:password@app.example.com/signed-in",
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    "data:text/html,x",
    "https://app.example.com.evil.example/signed-in",
    "https://evil.example/?https://app.example.com/signed-in",
    "https:evil.example",
    "http://app.example.com/signed-in",
    "https://app.example.com:8443/signed-in",
    "https://app.example.com/signed-in/",
    "https://app.example.com/signed-in/../other",
    "https://app.example.com/signed-in?next=//e.example",
    "https://app.example.com/signed-in#x",
    "https://app.example.com",
    "http://gatehouse.test.evil.example/",
    "http://gatehouse.test@evil.example/",
    "https://аpp.example.com/signed-in",
    "welcome",
    "?x",
    "",
    "x".repeat(3000),
  ])("rejects the returnTo %j", async (returnTo) => {
    const answer = await startWith(returnTo);
    expectErrorResponse(answer, 400, "validation_failed");
    expect(answer.headers.get("Location")).toBeNull();
  });
});
