import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { authorizationCodeIn, clientAppUrl, exchange } from "../../support/client-app.ts";
import { startWithHeldBatch } from "../../support/d1.ts";
import {
  headingOf,
  linkOn,
  openPageBrowser,
  type PageResponse,
  signedInPageBrowser,
} from "../../support/pages.ts";
import { resourceList } from "../../support/resources.ts";
import { createTestClock, startService } from "../../support/service.ts";
import { APP } from "../../support/social/providers.ts";
import { mailTo, PASSWORD, registerAndLogIn, registerVerifiedUser } from "../../support/users.ts";

const ALLOWED = { ALLOWED_RETURN_URLS: APP, RESOURCES: resourceList("notes") };
const service = startService({ env: ALLOWED, clock: createTestClock() });

const ACCESS = "__Host-gh_access";
const REFRESH = "__Host-gh_refresh";
const PAGES = [
  ["/sign-in", "Sign in"],
  ["/sign-up", "Create an account"],
] as const;

/** A browser with these session cookies. */
function withCookies(cookies: { access?: string | undefined; refresh?: string | undefined }) {
  const browser = openPageBrowser(service);
  if (cookies.access !== undefined) browser.jar.set(ACCESS, cookies.access);
  if (cookies.refresh !== undefined) browser.jar.set(REFRESH, cookies.refresh);
  return browser;
}

const codeCount = async () =>
  env.DB.prepare("SELECT count(*) AS n FROM authorization_codes").first<number>("n");

/** The request shows the form of a signed-out user and writes no code. */
async function expectForm(request: () => Promise<PageResponse>, title = "Sign in") {
  const before = await codeCount();
  const shown = await request();
  expect([shown.status, shown.headers.get("Location"), headingOf(shown)]).toEqual([200, null, title]);
  expect(await codeCount()).toBe(before);
}

describe("issuing a code for a session", () => {
  it.each(PAGES)("issues no code at %s for an access token alone, of any audience", async (page, title) => {
    const { token, refreshToken } = await registerAndLogIn(service);
    const notes = (await service.post("/refresh", { refreshToken, audience: "notes" })).body.data.token;
    for (const access of [token, notes]) {
      await expectForm(() => withCookies({ access }).send("GET", clientAppUrl(page)), title);
    }
  });

  it("issues no code for a made-up refresh token or an access token in its place", async () => {
    const { token, refreshToken } = await registerAndLogIn(service);
    for (const refresh of [`${refreshToken}x`, "made-up", token, ""]) {
      await expectForm(() => withCookies({ access: token, refresh }).send("GET", clientAppUrl("/sign-in")));
    }
  });

  it("issues a code for the session of the refresh token, not of the access token", async () => {
    const { token } = await registerAndLogIn(service);
    const { email, refreshToken } = await registerAndLogIn(service);
    const browser = withCookies({ access: token, refresh: refreshToken });
    const { body } = await exchange(
      service,
      authorizationCodeIn(await browser.send("GET", clientAppUrl("/sign-in"))),
    );
    expect(body.data.user.email).toBe(email);
  });

  it("rotates the refresh token with a code and issues the next code for its successor", async () => {
    const browser = await signedInPageBrowser(service, (await registerVerifiedUser(service)).email);
    const before = browser.jar.get(REFRESH);
    authorizationCodeIn(await browser.send("GET", clientAppUrl("/sign-in")));
    expect(browser.jar.get(REFRESH)).not.toBe(before);
    service.clock.advance(11_000);
    authorizationCodeIn(await browser.send("GET", clientAppUrl("/sign-in")));
  });

  it.each([10_001, 60_000])(
    "issues no code for a refresh token that was used %i ms ago and revokes the session",
    async (age) => {
      const { email, refreshToken } = await registerAndLogIn(service);
      const { token } = (await service.post("/refresh", { refreshToken })).body.data;
      const browser = withCookies({ access: token, refresh: refreshToken });
      service.clock.advance(10_000);
      authorizationCodeIn(await browser.send("GET", clientAppUrl("/sign-in")));
      // The successor has been used, so the older token is no retry.
      await service.post("/refresh", { refreshToken: browser.jar.get(REFRESH) });
      service.clock.advance(age);
      const stale = withCookies({ access: token, refresh: refreshToken });
      await expectForm(() => stale.send("GET", clientAppUrl("/sign-in")));
      expect((await service.get("/me", token)).status).toBe(401);
      const subjects = (await mailTo(service, email)).map(({ subject }) => subject);
      expect(subjects).toContain("We ended one of your sessions at Gatehouse");
    },
  );

  it("issues no code for the refresh token before the last used one", async () => {
    const { refreshToken } = await registerAndLogIn(service);
    const second = (await service.post("/refresh", { refreshToken })).body.data;
    const { token } = (await service.post("/refresh", { refreshToken: second.refreshToken })).body.data;
    await expectForm(() =>
      withCookies({ access: token, refresh: refreshToken }).send("GET", clientAppUrl("/sign-in")),
    );
  });

  it("issues no code if the refresh token is rotated between lookup and batch", async () => {
    const { token, refreshToken } = await registerAndLogIn(service);
    const held = startWithHeldBatch(1, ALLOWED);
    const Cookie = `${ACCESS}=${token}; ${REFRESH}=${refreshToken}`;
    const response = held.service.call("GET", clientAppUrl("/sign-in"), undefined, undefined, { Cookie });
    await held.reached;
    let next = refreshToken;
    for (let times = 0; times < 3; times += 1) {
      next = (await service.post("/refresh", { refreshToken: next })).body.data.refreshToken;
    }
    held.release();
    expect(await response).toMatchObject({ status: 200 });
  });

  it("issues a code after a new sign-in if the refresh cookie is missing", async () => {
    const { email, token } = await registerAndLogIn(service);
    const browser = withCookies({ access: token });
    const page = await browser.visit(clientAppUrl("/sign-in"));
    const code = authorizationCodeIn(await browser.submit(page, { email, password: PASSWORD }));
    expect((await exchange(service, code)).body.data.user.email).toBe(email);
  });

  it("issues a code for the refresh cookie alone", async () => {
    const { refreshToken } = await registerAndLogIn(service);
    authorizationCodeIn(await withCookies({ refresh: refreshToken }).send("GET", clientAppUrl("/sign-in")));
  });
});

describe("issuing a code for a top-level navigation", () => {
  const navigation = { "Sec-Fetch-Dest": "document", "Sec-Fetch-Mode": "navigate" };

  it.each([
    { ...navigation, "Sec-Fetch-Site": "cross-site" }, // No browser: the fetch of Node sends this with every request.
    { "Sec-Fetch-Mode": "cors" },
    { ...navigation, "Sec-Fetch-User": "?1" },
    {},
  ])("issues a code for a navigation with %j", async (headers) => {
    const browser = await signedInPageBrowser(service, (await registerVerifiedUser(service)).email);
    authorizationCodeIn(
      await browser.send("GET", clientAppUrl("/sign-in"), undefined, headers as Record<string, string>),
    );
  });

  it.each([
    { "Sec-Fetch-Dest": "image", "Sec-Fetch-Mode": "no-cors" },
    { "Sec-Fetch-Dest": "empty", "Sec-Fetch-Mode": "cors" },
    { "Sec-Fetch-Dest": "empty", "Sec-Fetch-Mode": "navigate" },
    { "Sec-Fetch-Dest": "iframe", "Sec-Fetch-Mode": "navigate" },
    { "Sec-Fetch-Dest": "document", "Sec-Fetch-Mode": "no-cors" },
    { ...navigation, "Sec-Purpose": "prefetch" },
    { ...navigation, "Sec-Purpose": "prefetch;prerender" },
    { ...navigation, Purpose: "prefetch" },
  ])("shows a page with a link instead of a code for a request with %j", async (headers) => {
    const browser = await signedInPageBrowser(service, (await registerVerifiedUser(service)).email);
    for (const page of ["/sign-in", "/sign-up"] as const) {
      const before = await codeCount();
      const cookies = new Map(browser.jar);
      const more = headers as unknown as Record<string, string>;
      const shown = await browser.send("GET", clientAppUrl(page), undefined, more);
      // Not a 2xx: a browser discards a prefetched error and requests the page again.
      expect([shown.status, shown.headers.get("Location"), headingOf(shown)]).toEqual([
        403,
        null,
        "One click more",
      ]);
      expect([await codeCount(), browser.jar]).toEqual([before, cookies]);
      authorizationCodeIn(await browser.send("GET", linkOn(shown, `${page}?`), undefined, navigation));
    }
  });

  it("issues no code for a HEAD request", async () => {
    const browser = await signedInPageBrowser(service, (await registerVerifiedUser(service)).email);
    const before = await codeCount();
    expect((await browser.send("HEAD", clientAppUrl("/sign-in"))).headers.get("Location")).toBeNull();
    expect(await codeCount()).toBe(before);
  });
});
