import { env } from "cloudflare:workers";
import { decodeJwt } from "jose";
import { describe, expect, it } from "vitest";
import { continuedUrl } from "../../support/authorization-requests.ts";
import { openBrowser, signedInBrowser } from "../../support/browser.ts";
import { APP_AUDIENCE, codeIn, newApp, pageFor, signInToApp } from "../../support/client-app.ts";
import { mailedCodeTo } from "../../support/one-time-codes.ts";
import { headingOf, openPageBrowser, signedInPageBrowser } from "../../support/pages.ts";
import { createRpcCaller } from "../../support/rpc.ts";
import { startService } from "../../support/service.ts";
import { FROM_OWN_PAGE, signInWithBrowser } from "../../support/social/browser-flow.ts";
import { openProviders } from "../../support/social/providers.ts";
import { socialUser } from "../../support/social/users.ts";
import { PASSWORD, registerVerifiedUser } from "../../support/users.ts";

const REFRESH = "__Host-gh_refresh";
const ACCESS = "__Host-gh_access";
const providers = openProviders();
const service = startService({ env: providers.variables });
const always = startService({ env: { ...providers.variables, LOGIN_OTP: "always" }, clock: service.clock });

type Jar = Map<string, string>;
const newUser = async () => (await registerVerifiedUser(service)).email;
const refreshStatus = async (refreshToken: string | undefined) =>
  (await service.post("/refresh", { refreshToken })).status;

/** For each way to sign in: signs in as that user over the session in the jar. */
const signIns: Record<string, (jar: Jar) => Promise<unknown>> = {
  "a password": async (jar) => {
    const browser = withJar(jar);
    return browser.write("POST", "/login", {
      email: await newUser(),
      password: PASSWORD,
      transport: "cookie",
    });
  },
  "a second factor": async (jar) => {
    const browser = withJar(jar, always);
    const email = await newUser();
    const body = { email, password: PASSWORD, transport: "cookie" };
    const { challengeId } = (await browser.write("POST", "/login", body)).body.data;
    const code = await mailedCodeTo(always, email);
    return browser.write("POST", "/login/otp", { challengeId, code, transport: "cookie" });
  },
  "a provider's token": async (jar) =>
    withJar(jar).write("POST", "/social/github/token", {
      accessToken: await providers.tokenOf(socialUser()),
      transport: "cookie",
    }),
  "the callback of a provider": async (jar) => {
    const user = socialUser();
    await providers.setUser(user);
    return signInWithBrowser(withJar(jar), "github", user, "?returnTo=/account", FROM_OWN_PAGE);
  },
  "the callback of a provider and the code page": async (jar) => {
    const user = socialUser();
    await providers.setUser(user);
    const callback = await signInWithBrowser(withJar(jar, always), "github", user, "?returnTo=/account");
    const pages = openPageBrowser(always);
    return withPageJar(pages.jar, jar, async () => {
      const page = await pages.visit(callback.headers.get("Location") ?? "");
      return pages.submit(page, { code: await mailedCodeTo(always, user.email) });
    });
  },
  "a page's form whose session has only an expired access cookie left": async (jar) => {
    jar.delete(REFRESH);
    service.clock.advance(16 * 60_000);
    const pages = openPageBrowser(service);
    return withPageJar(pages.jar, jar, async () =>
      pages.submit(await pages.visit("/sign-in"), { email: await newUser(), password: PASSWORD }),
    );
  },
};

/** A browser that shares the cookies of the jar. */
function withJar(jar: Jar, at = service) {
  const browser = openBrowser(at);
  const copy = new Map(jar);
  for (const [name, value] of copy) browser.jar.set(name, value);
  const set = browser.jar.set.bind(browser.jar);
  browser.jar.set = (name, value) => {
    jar.set(name, value);
    return set(name, value);
  };
  return browser;
}

async function withPageJar<T>(pages: Jar, jar: Jar, work: () => Promise<T>): Promise<T> {
  for (const [name, value] of jar) pages.set(name, value);
  const result = await work();
  for (const [name, value] of pages) jar.set(name, value);
  return result;
}

describe("signing in over a live session of the browser", () => {
  it.each(Object.entries(signIns))(
    "ends the session that it replaces, by %s (ASVS 7.2.4)",
    async (_by, signIn) => {
      const browser = await signedInBrowser(service, await newUser());
      const jar = new Map(browser.jar);
      const before = jar.get(REFRESH);
      await signIn(jar);
      expect(jar.get(REFRESH)).toBeDefined();
      expect(jar.get(REFRESH)).not.toBe(before);
      expect(await refreshStatus(before)).toBe(401);
      expect(await refreshStatus(jar.get(REFRESH))).toBe(200);
    },
  );

  it("ends the sessions of apps that the replaced one opened, and records it for its owner", async () => {
    const email = await newUser();
    const pages = await signedInPageBrowser(service, email);
    const replaced = pages.jar.get(REFRESH) ?? "";
    const app = await signInToApp(service, await newApp(service), replaced);
    await (signIns["a password"] as (jar: Jar) => Promise<unknown>)(new Map(pages.jar));
    expect(
      await createRpcCaller(service).call("verifyToken", app.access_token, {
        audience: APP_AUDIENCE,
        strict: true,
      }),
    ).toEqual({ ok: false, reason: "session_ended" });
    const { sid, sub } = decodeJwt(replaced);
    const query = "SELECT details FROM audit_events WHERE type = 'session_ended' AND account_id = ?";
    const { results } = await env.DB.prepare(query).bind(sub).all();
    expect(results).toEqual([{ details: JSON.stringify({ sessionId: sid }) }]);
  });

  it("ends nothing when the sign-in fails, or when tokens go to the body", async () => {
    const email = await newUser();
    const browser = await signedInBrowser(service, email);
    const body = { email: await newUser(), password: PASSWORD };
    await browser.write("POST", "/login", { ...body, password: "a wrong password", transport: "cookie" });
    expect((await browser.write("POST", "/login", body)).status).toBe(200);
    expect(await refreshStatus(browser.jar.get(REFRESH))).toBe(200);
  });

  it("ends nothing for a forged session in the cookies", async () => {
    const other = await signedInBrowser(service, await newUser());
    const { sid } = decodeJwt(other.jar.get(REFRESH) ?? "");
    const browser = openBrowser(service);
    const forged = `${btoa('{"alg":"none"}')}.${btoa(JSON.stringify({ sid }))}.x`;
    browser.jar.set(REFRESH, forged);
    browser.jar.set(ACCESS, forged);
    await browser.write("POST", "/login", {
      email: await newUser(),
      password: PASSWORD,
      transport: "cookie",
    });
    expect(await refreshStatus(other.jar.get(REFRESH))).toBe(200);
  });
});

describe("the sign-in form of a second tab", () => {
  it("continues with the session of the first tab and opens no second one", async () => {
    const email = await newUser();
    const browser = openPageBrowser(service);
    const [first, second] = [await browser.visit("/sign-in"), await browser.visit("/sign-in")];
    await browser.submit(first, { email, password: PASSWORD });
    const session = browser.jar.get(REFRESH);
    const answer = await browser.press(second, { email, password: PASSWORD });
    expect([answer.status, answer.headers.get("Location")]).toEqual([303, "/account"]);
    expect(browser.jar.get(REFRESH)).toBe(session);
    const count =
      "SELECT count(*) AS n FROM sessions WHERE account_id = (SELECT id FROM accounts WHERE email = ?)";
    expect(await env.DB.prepare(count).bind(email).first("n")).toBe(1);
  });

  it("continues to the app with a code", async () => {
    const email = await newUser();
    const browser = openPageBrowser(service);
    const url = pageFor(await newApp(service), "/sign-in");
    const [first, second] = [await browser.visit(url), await browser.visit(url)];
    await browser.submit(first, { email, password: PASSWORD });
    const leaving = await browser.submit(second, { email, password: PASSWORD });
    codeIn(await browser.send("GET", continuedUrl(leaving)));
  });

  it("tells the user of another account whose session the browser has, and leads to no app", async () => {
    const browser = openPageBrowser(service);
    const url = pageFor(await newApp(service), "/sign-in");
    const [first, second] = [await browser.visit("/sign-in"), await browser.visit(url)];
    await browser.submit(first, { email: await newUser(), password: PASSWORD });
    const page = await browser.submit(second, { email: await newUser(), password: PASSWORD });
    expect(page.path).toBe("/account");
    expect(page.text).toContain("signed in with another account");
  });

  it("continues from the code page, too", async () => {
    const email = await newUser();
    const browser = openPageBrowser(always);
    const code = await browser.submit(await browser.visit("/sign-in"), { email, password: PASSWORD });
    const second = await browser.visit("/sign-in/code");
    const answer = { code: await mailedCodeTo(always, email) };
    await browser.submit(code, answer);
    const page = await browser.submit(second, answer);
    expect([page.path, headingOf(page)]).toEqual(["/account", headingOf(await browser.visit("/account"))]);
  });
});
