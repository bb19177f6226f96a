import { describe, expect, it } from "vitest";
import { expectErrorResponse } from "../../../support/assertions.ts";
import { openBrowser } from "../../../support/browser.ts";
import { registerWithPasskey, signInOptions } from "../../../support/passkeys.ts";
import { startService } from "../../../support/service.ts";

const service = startService();
const options = async (browser: ReturnType<typeof openBrowser>) =>
  (await browser.write("POST", "/login/passkey/options", { transport: "cookie" })).body.data;
const signIn = (browser: ReturnType<typeof openBrowser>, fields: object) =>
  browser.write("POST", "/login/passkey", { transport: "cookie", ...fields });

describe("the challenge of a browser", () => {
  it("is in a cookie that no script reads, and not in the response", async () => {
    const browser = openBrowser(service);
    const answer = await browser.write("POST", "/login/passkey/options", { transport: "cookie" });
    expect(answer.body.data.challengeId).toBeUndefined();
    const cookie = answer.headers.getSetCookie().find((text) => text.startsWith("__Host-gh_passkey="));
    expect(cookie).toMatch(/; Max-Age=300; Path=\/; HttpOnly; Secure; SameSite=Lax$/);
  });

  it("signs in the browser that has asked for it, and no other", async () => {
    const { authenticator } = await registerWithPasskey(service);
    const mine = openBrowser(service);
    const other = openBrowser(service);
    const started = await options(mine);
    await options(other);
    const assertion = await authenticator.get(started.options);
    expectErrorResponse(await signIn(other, { assertion }), 401, "invalid_credentials");
    const answer = await signIn(mine, { assertion });
    expect(answer.status).toBe(200);
    expect(mine.jar.has("__Host-gh_refresh")).toBe(true);
    expect(mine.jar.has("__Host-gh_passkey")).toBe(false);
  });

  it("a challenge of the API does not sign in a browser, so that no site signs it in as another user", async () => {
    const { authenticator } = await registerWithPasskey(service);
    const { challengeId, options: ofApi } = await signInOptions(service);
    const assertion = await authenticator.get(ofApi);
    const browser = openBrowser(service);
    await options(browser);
    expectErrorResponse(await signIn(browser, { assertion, challengeId }), 401, "invalid_credentials");
    expect((await service.post("/login/passkey", { assertion, challengeId })).status).toBe(200);
  });

  it("two tabs of a browser can both sign in", async () => {
    const { authenticator } = await registerWithPasskey(service);
    const browser = openBrowser(service);
    const first = await options(browser);
    await options(browser);
    const assertion = await authenticator.get(first.options);
    expect((await signIn(browser, { assertion })).status).toBe(200);
  });

  it("needs the CSRF token of the browser", async () => {
    const browser = openBrowser(service);
    const answer = await browser.send("POST", "/login/passkey/options", { transport: "cookie" });
    expectErrorResponse(answer, 403, "csrf_failed");
  });
});

describe("sign-in methods without passkeys", () => {
  it("the routes answer as if they did not exist", async () => {
    const without = startService({ env: { SIGN_IN_METHODS: "password" } });
    expectErrorResponse(await without.post("/login/passkey/options", {}), 404, "not_found");
    expect((await without.call("GET", "/sign-in")).text).not.toContain(`data-passkey="`);
  });
});

describe("related origins", () => {
  it("are listed where they are configured", async () => {
    expect((await service.call("GET", "/.well-known/webauthn")).status).toBe(404);
    const related = startService({ env: { PASSKEY_ORIGINS: "https://app.example.com" } });
    const answer = await related.call("GET", "/.well-known/webauthn");
    expect(answer.headers.get("Content-Type")).toBe("application/json");
    expect(JSON.parse(answer.text)).toEqual({
      origins: ["http://gatehouse.test", "https://app.example.com"],
    });
  });

  it("a passkey can be used at one of them, and at no other", async () => {
    const related = startService({ env: { PASSKEY_ORIGINS: "https://app.example.com" } });
    const { authenticator } = await registerWithPasskey(related, { origin: "https://app.example.com" });
    for (const [origin, status] of [
      ["https://app.example.com", 200],
      ["http://gatehouse.test", 200],
      ["https://app.example.org", 401],
    ] as const) {
      const { challengeId, options: started } = await signInOptions(related);
      const assertion = await authenticator.get(started, { origin });
      expect((await related.post("/login/passkey", { challengeId, assertion })).status).toBe(status);
    }
  });
});
