import { describe, expect, it } from "vitest";
import { continuedUrl, ISSUER, redirectTo, STATE } from "../../../support/authorization-requests.ts";
import { APP, authorizePathOf, codeIn, newApp, pageFor } from "../../../support/client-app.ts";
import { mailedCodeTo } from "../../../support/one-time-codes.ts";
import { formsIn, linkOn, openPageBrowser, type PageResponse } from "../../../support/pages.ts";
import { createTestClock, startService } from "../../../support/service.ts";
import { consent } from "../../../support/social/browser-flow.ts";
import { openProviders } from "../../../support/social/providers.ts";
import { socialUser } from "../../../support/social/users.ts";
import { linkMailedTo, newAddress, PASSWORD, registerVerifiedUser } from "../../../support/users.ts";

const providers = openProviders();
const service = startService({ env: providers.variables, clock: createTestClock() });
const app = await newApp(service);

type Browser = ReturnType<typeof openPageBrowser>;

/** The code that the app gets after a form has completed the sign-in. */
const codeAfter = async (browser: Browser, page: PageResponse): Promise<string> =>
  codeIn(await browser.send("GET", continuedUrl(page)));

describe("the sign-in for an app keeps its request", () => {
  it("through a wrong password and a change of language", async () => {
    const { email } = await registerVerifiedUser(service);
    const browser = openPageBrowser(service);
    const wrong = await browser.submit(await browser.visit(pageFor(app, "/sign-in")), {
      email,
      password: "not the password",
    });
    const [language] = formsIn(wrong).filter(({ action }) => action === "/language");
    const back = await browser.post("/language", { ...language?.values, locale: "de" });
    const german = await browser.visit(back.headers.get("Location") ?? "");
    expect(german.text).toContain('lang="de"');
    await codeAfter(browser, await browser.submit(german, { email, password: PASSWORD }));
  });

  it("through the second factor", async () => {
    const always = startService({ env: { ...service.env, LOGIN_OTP: "always" }, clock: service.clock });
    const { email } = await registerVerifiedUser(always);
    const browser = openPageBrowser(always);
    const asked = await browser.submit(await browser.visit(pageFor(app, "/sign-in")), {
      email,
      password: PASSWORD,
    });
    expect(asked.path).toMatch(/^\/sign-in\/code\?returnTo=%2Foauth%2Fauthorize/);
    await codeAfter(browser, await browser.submit(asked, { code: await mailedCodeTo(always, email) }));
  });

  it("through registration and the mailed link", async () => {
    const email = newAddress();
    const browser = openPageBrowser(service);
    await browser.submit(await browser.visit(pageFor(app, "/sign-up")), {
      name: "Ada",
      email,
      password: PASSWORD,
    });
    const verified = await browser.submit(await browser.visit(await linkMailedTo(service, email)));
    await codeAfter(browser, await browser.submit(verified, { email, password: PASSWORD }));
  });

  it("through a password reset", async () => {
    const { email } = await registerVerifiedUser(service);
    const browser = openPageBrowser(service);
    await browser.submit(await browser.visit(pageFor(app, "/forgot-password")), { email });
    const password = "another quiet harbour";
    const reset = await browser.visit(await linkMailedTo(service, email));
    const signIn = await browser.submit(reset, { newPassword: password });
    service.clock.advance(1000);
    await codeAfter(browser, await browser.submit(signIn, { email, password }));
  });

  it("through a provider", async () => {
    const browser = openPageBrowser(service);
    const page = await browser.visit(pageFor(app, "/sign-in"));
    const start = await browser.send("GET", linkOn(page, "/api/auth/social/google/start"));
    const callback = await consent(start.headers.get("Location") ?? "", socialUser());
    const back = await browser.send("GET", callback);
    expect(back.status).toBe(302);
    codeIn(await browser.send("GET", back.headers.get("Location") ?? ""));
  });

  it("where the user cancels at the provider", async () => {
    const browser = openPageBrowser(service);
    const page = await browser.visit(pageFor(app, "/sign-in"));
    const start = await browser.send("GET", linkOn(page, "/api/auth/social/google/start"));
    const url = new URL(await consent(start.headers.get("Location") ?? "", socialUser()), ISSUER);
    url.searchParams.delete("code");
    url.searchParams.set("error", "access_denied");
    const back = await browser.send("GET", url.pathname + url.search);
    const location = back.headers.get("Location") ?? "";
    // With an empty fragment, so that the browser keeps none of the provider.
    expect(location).toBe(`${pageFor(app, "/sign-in")}#`);
    expect((await browser.visit(location)).text).toContain("was cancelled");
  });

  it("where the browser reaches the service under another host name than PUBLIC_URL", async () => {
    const { email } = await registerVerifiedUser(service);
    const jar = new Map<string, string>();
    const send = async (method: string, path: string, body?: BodyInit) => {
      const headers = {
        Accept: "text/html",
        Origin: "null",
        "Sec-Fetch-Site": "same-origin",
        Cookie: [...jar].map(([name, value]) => `${name}=${value}`).join("; "),
      };
      const answer = await service.send(
        new Request(`http://127.0.0.1:8787${path}`, { method, headers, body }),
      );
      for (const cookie of answer.headers.getSetCookie()) {
        const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(cookie) ?? [];
        jar.set(name, value);
      }
      return answer;
    };
    const page = await send("GET", pageFor(app, "/sign-in"));
    const [, csrf = ""] = /name="csrf" value="([^"]*)"/.exec(page.text) ?? [];
    const form = new URLSearchParams({ csrf, email, password: PASSWORD });
    const signedIn = await send("POST", pageFor(app, "/sign-in"), form);
    const location = signedIn.headers.get("Location") ?? "";
    expect([signedIn.status, location.startsWith("/oauth/continue?")]).toEqual([303, true]);
    const next = await send("GET", location);
    const own = continuedUrl({ ...next, path: location });
    expect(own).toBe(authorizePathOf(app));
    const parameters = redirectTo({ ...(await send("GET", own)), path: own }, APP);
    expect(parameters.get("code")).toMatch(/^[\w-]{43}$/);
  });
});

describe("Cancel on the sign-in page", () => {
  it("leads back to the app with access_denied, and stores nothing", async () => {
    const browser = openPageBrowser(service);
    const page = await browser.visit(authorizePathOf(app));
    expect(page.path).toMatch(/^\/sign-in\?/);
    const cancel = linkOn(page, "/oauth/authorize");
    const parameters = redirectTo(await browser.send("GET", cancel), APP);
    expect(Object.fromEntries(parameters)).toMatchObject({
      error: "access_denied",
      state: STATE,
      iss: ISSUER,
    });
    expect(parameters.has("code")).toBe(false);
  });

  it("does so for a user with a session, too, and for no client that is unknown", async () => {
    const { email } = await registerVerifiedUser(service);
    const browser = openPageBrowser(service);
    const page = await browser.visit(authorizePathOf(app, { prompt: "login" }));
    const cancel = linkOn(page, "/oauth/authorize");
    await browser.submit(await browser.visit("/sign-in"), { email, password: PASSWORD });
    expect(redirectTo(await browser.send("GET", cancel), APP).get("error")).toBe("access_denied");
    const unknown = cancel.replace(encodeURIComponent(app.id), "unknown");
    expect((await browser.send("GET", unknown)).status).toBe(400);
  });

  it("is not on the sign-in page for this service itself", async () => {
    const page = await openPageBrowser(service).visit("/sign-in?returnTo=/account");
    expect(page.text).not.toContain("interaction=cancelled");
  });
});
