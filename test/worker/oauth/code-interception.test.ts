import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { codeIn, exchange, fromApp } from "../../support/app-pages.ts";
import { startHeld } from "../../support/held-d1.ts";
import { linkOn, openPages, type Shown, signedInPages, titleOf } from "../../support/pages.ts";
import { createTestClock, startService } from "../../support/service.ts";
import { APP } from "../../support/social/providers.ts";
import { mailTo, member, PASSWORD, signedInMember } from "../../support/users.ts";

const ALLOWED = { ALLOWED_RETURN_URLS: APP, AUDIENCES: "web,notes" };
const service = startService({ env: ALLOWED, clock: createTestClock() });

const ACCESS = "__Host-gh_access";
const REFRESH = "__Host-gh_refresh";
const PAGES = [
  ["/sign-in", "Sign in"],
  ["/sign-up", "Create an account"],
] as const;

/** A browser with these cookies, wherever they are from. */
function withCookies(cookies: { access?: string | undefined; refresh?: string | undefined }) {
  const browser = openPages(service);
  if (cookies.access !== undefined) browser.jar.set(ACCESS, cookies.access);
  if (cookies.refresh !== undefined) browser.jar.set(REFRESH, cookies.refresh);
  return browser;
}

const codes = async () => env.DB.prepare("SELECT count(*) AS n FROM authorization_codes").first<number>("n");

/** What a stranger sees, and nothing has been written for them. */
async function expectForm(ask: () => Promise<Shown>, title = "Sign in") {
  const before = await codes();
  const shown = await ask();
  expect([shown.status, shown.headers.get("Location"), titleOf(shown)]).toEqual([200, null, title]);
  expect(await codes()).toBe(before);
}

describe("a code for a session is given to whoever holds that session", () => {
  it.each(PAGES)("and at %s not to a bare access token, of whichever audience", async (page, title) => {
    const { token, refreshToken } = await signedInMember(service);
    const notes = (await service.post("/refresh", { refreshToken, audience: "notes" })).body.data.token;
    for (const access of [token, notes]) {
      await expectForm(() => withCookies({ access }).send("GET", fromApp(page)), title);
    }
  });

  it("nor with a made-up refresh token, or the access token in its place", async () => {
    const { token, refreshToken } = await signedInMember(service);
    for (const refresh of [`${refreshToken}x`, "made-up", token, ""]) {
      await expectForm(() => withCookies({ access: token, refresh }).send("GET", fromApp("/sign-in")));
    }
  });

  it("and it is the one that the refresh token is of, whatever else there is", async () => {
    const { token } = await signedInMember(service);
    const { email, refreshToken } = await signedInMember(service);
    const browser = withCookies({ access: token, refresh: refreshToken });
    const { body } = await exchange(service, codeIn(await browser.send("GET", fromApp("/sign-in"))));
    expect(body.data.user.email).toBe(email);
  });

  it("and spends that token for its successor, which gives the next code", async () => {
    const browser = await signedInPages(service, (await member(service)).email);
    const before = browser.jar.get(REFRESH);
    codeIn(await browser.send("GET", fromApp("/sign-in")));
    expect(browser.jar.get(REFRESH)).not.toBe(before);
    service.clock.advance(11_000);
    codeIn(await browser.send("GET", fromApp("/sign-in")));
  });

  it.each([10_001, 60_000])("nor with one that was spent %i ms ago, which ends the session", async (age) => {
    const { email, refreshToken } = await signedInMember(service);
    const { token } = (await service.post("/refresh", { refreshToken })).body.data;
    const browser = withCookies({ access: token, refresh: refreshToken });
    service.clock.advance(10_000);
    codeIn(await browser.send("GET", fromApp("/sign-in")));
    service.clock.advance(age);
    const stale = withCookies({ access: token, refresh: refreshToken });
    await expectForm(() => stale.send("GET", fromApp("/sign-in")));
    expect((await service.get("/me", token)).status).toBe(401);
    const subjects = (await mailTo(service, email)).map(({ subject }) => subject);
    expect(subjects).toContain("We ended one of your sessions at Gatehouse");
  });

  it("nor with the one before the one just spent", async () => {
    const { refreshToken } = await signedInMember(service);
    const second = (await service.post("/refresh", { refreshToken })).body.data;
    const { token } = (await service.post("/refresh", { refreshToken: second.refreshToken })).body.data;
    await expectForm(() =>
      withCookies({ access: token, refresh: refreshToken }).send("GET", fromApp("/sign-in")),
    );
  });

  it("as it is when the code is written: one that is spent twice in between gives none", async () => {
    const { token, refreshToken } = await signedInMember(service);
    const held = startHeld(1, ALLOWED);
    const Cookie = `${ACCESS}=${token}; ${REFRESH}=${refreshToken}`;
    const asked = held.service.call("GET", fromApp("/sign-in"), undefined, undefined, { Cookie });
    await held.reached;
    let next = refreshToken;
    for (let times = 0; times < 3; times += 1) {
      next = (await service.post("/refresh", { refreshToken: next })).body.data.refreshToken;
    }
    held.letGo();
    expect(await asked).toMatchObject({ status: 200 });
  });

  it("who is then asked to sign in, and goes on", async () => {
    const { email, token } = await signedInMember(service);
    const browser = withCookies({ access: token });
    const page = await browser.visit(fromApp("/sign-in"));
    const code = codeIn(await browser.submit(page, { email, password: PASSWORD }));
    expect((await exchange(service, code)).body.data.user.email).toBe(email);
  });

  it("and by its refresh cookie alone, when the other has gone", async () => {
    const { refreshToken } = await signedInMember(service);
    codeIn(await withCookies({ refresh: refreshToken }).send("GET", fromApp("/sign-in")));
  });
});

describe("a code is given to somebody who goes there", () => {
  const goes = { "Sec-Fetch-Dest": "document", "Sec-Fetch-Mode": "navigate" };

  it.each([
    { ...goes, "Sec-Fetch-Site": "cross-site" }, // No browser: what the fetch of Node says of everything.
    { "Sec-Fetch-Mode": "cors" },
    { ...goes, "Sec-Fetch-User": "?1" },
    {},
  ])("as with %j", async (headers) => {
    const browser = await signedInPages(service, (await member(service)).email);
    codeIn(await browser.send("GET", fromApp("/sign-in"), undefined, headers as Record<string, string>));
  });

  it.each([
    { "Sec-Fetch-Dest": "image", "Sec-Fetch-Mode": "no-cors" },
    { "Sec-Fetch-Dest": "empty", "Sec-Fetch-Mode": "cors" },
    { "Sec-Fetch-Dest": "empty", "Sec-Fetch-Mode": "navigate" },
    { "Sec-Fetch-Dest": "iframe", "Sec-Fetch-Mode": "navigate" },
    { "Sec-Fetch-Dest": "document", "Sec-Fetch-Mode": "no-cors" },
    { ...goes, "Sec-Purpose": "prefetch" },
    { ...goes, "Sec-Purpose": "prefetch;prerender" },
    { ...goes, Purpose: "prefetch" },
  ])("and not with %j, which is a page with a way on", async (headers) => {
    const browser = await signedInPages(service, (await member(service)).email);
    for (const page of ["/sign-in", "/sign-up"] as const) {
      const before = await codes();
      const cookies = new Map(browser.jar);
      const more = headers as unknown as Record<string, string>;
      const shown = await browser.send("GET", fromApp(page), undefined, more);
      // Not a 2xx: a browser that came ahead of its person throws it away, and asks again.
      expect([shown.status, shown.headers.get("Location"), titleOf(shown)]).toEqual([
        403,
        null,
        "One click more",
      ]);
      expect([await codes(), browser.jar]).toEqual([before, cookies]);
      codeIn(await browser.send("GET", linkOn(shown, `${page}?`), undefined, goes));
    }
  });

  it("nor by HEAD", async () => {
    const browser = await signedInPages(service, (await member(service)).email);
    const before = await codes();
    expect((await browser.send("HEAD", fromApp("/sign-in"))).headers.get("Location")).toBeNull();
    expect(await codes()).toBe(before);
  });
});
