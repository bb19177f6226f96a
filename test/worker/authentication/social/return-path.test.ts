import { describe, expect, it } from "vitest";
import { expectErrorResponse } from "../../../support/assertions.ts";
import { openBrowser } from "../../../support/browser.ts";
import { startService } from "../../../support/service.ts";
import {
  returnFromProvider,
  signInWithBrowser,
  start,
  startRedirect,
} from "../../../support/social/browser-flow.ts";
import { openProviders, REDIRECTING } from "../../../support/social/providers.ts";
import { socialUser } from "../../../support/social/users.ts";

const providers = openProviders();
const service = startService({ env: providers.variables });

describe("returnTo of GET /social/:provider/start", () => {
  const browser = openBrowser(service);
  const startWith = (returnTo: string) =>
    start(browser, "github", `?returnTo=${encodeURIComponent(returnTo)}`, {
      Accept: null,
    });

  it.each(["/", "/a/b?c=d", "http://gatehouse.test/x"])("accepts the returnTo %s", async (returnTo) => {
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
    "https://app.example.com/signed-in",
    "https:evil.example",
    "https://gatehouse.test/account",
    "http://gatehouse.test:8443/account",
    "http://gatehouse.test.evil.example/",
    "http://gatehouse.test@evil.example/",
    "http://gatehouse.test//evil.example/",
    "/.//evil.example",
    "/x/..//evil.example",
    "/%2e//evil.example",
    "/account#x",
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

describe("a user who cancels at the provider", () => {
  /** The callback of a user who cancels (RFC 6749 §4.1.2.1). */
  async function cancelledCallback(id: string, query: string, error = "access_denied") {
    const user = socialUser();
    await providers.setUser(user);
    const browser = openBrowser(service);
    const url = new URL(await startRedirect(browser, id, user, query), "http://gatehouse.test");
    url.searchParams.delete("code");
    url.searchParams.set("error", error);
    return { browser, path: url.pathname + url.search };
  }

  it.each(REDIRECTING)(
    "comes back from %s to the sign-in page, which keeps the return target",
    async (id) => {
      const { browser, path } = await cancelledCallback(id, "?returnTo=/account/sessions");
      const answer = await returnFromProvider(browser, path, {});
      expect([answer.status, answer.headers.get("Location")]).toEqual([
        302,
        "/sign-in?returnTo=%2Faccount%2Fsessions#",
      ]);
      expect(browser.jar.has("__Host-gh_access")).toBe(false);
      // The transaction is used up.
      expectErrorResponse(await returnFromProvider(browser, path), 400, "token_invalid");
    },
  );

  it("gets a page that leads to the sign-in page after another error", async () => {
    const { browser, path } = await cancelledCallback(
      "github",
      "?returnTo=/account/sessions",
      "server_error",
    );
    const page = await returnFromProvider(browser, path, {});
    expect(page.status).toBe(400);
    expect(page.text).toContain('href="/sign-in?returnTo=%2Faccount%2Fsessions"');
  });

  it("signs in by the same button again", async () => {
    const { browser, path } = await cancelledCallback("github", "");
    await returnFromProvider(browser, path, {});
    const user = socialUser();
    await providers.setUser(user);
    const answer = await signInWithBrowser(browser, "github", user);
    expect(answer.headers.get("Location")).toBe("/account#");
  });
});
