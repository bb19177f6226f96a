import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { idOf } from "../../support/admins.ts";
import { createFaultyD1 } from "../../support/faulty-d1.ts";
import { pageRoutesOf, type Stop, tourOf } from "../../support/page-tour.ts";
import { formsIn, openPages, signedInPages, titleOf } from "../../support/pages.ts";
import { member, newAddress, PASSWORD } from "../../support/people.ts";
import { createTestClock, startService } from "../../support/service.ts";
import { allRows } from "../../support/tables.ts";

const service = startService();
const posts = pageRoutesOf(service, "POST");
const stops = (await tourOf(service)).filter(({ path }) => posts.includes(path));
const named = stops.map((stop) => [stop.path, stop] as const);

/** The page's own form, filled in with what could do something. */
const filled = ({ page }: Stop) => {
  const own = formsIn(page).find(({ action }) => !["/language", "/sign-out", ""].includes(action));
  const values = own?.values ?? formsIn(page).at(-1)?.values ?? {};
  const typed: Record<string, string> = { name: "Typed by Ada", email: "typed@example.com", code: "123456" };
  const filledIn = Object.entries(values).map(([name, value]) => [
    name,
    typed[name] ?? (value || (/password/i.test(name) ? PASSWORD : "other")),
  ]);
  return {
    action: own?.action ?? "/sign-out",
    values: Object.fromEntries(filledIn) as Record<string, string>,
  };
};

const foreign: [string, Record<string, string>][] = [
  ["another origin", { Origin: "https://evil.example", "Sec-Fetch-Site": "cross-site" }],
  ["an origin that is null and from elsewhere", { Origin: "null", "Sec-Fetch-Site": "cross-site" }],
  ["a neighbouring site", { Origin: "http://sub.gatehouse.test", "Sec-Fetch-Site": "same-site" }],
];

describe("every form", () => {
  it("is here: each page that takes one, and the switch of languages", () => {
    expect([...stops.map(({ path }) => path), "/language"].sort()).toEqual(posts.sort());
  });

  it.each(named)(
    "of %s does nothing without its token, and is shown again with what was typed",
    async (_path, stop) => {
      const { action, values } = filled(stop);
      const stranger = openPages(service);
      const [other] = formsIn(await stranger.visit("/sign-in"));
      const before = await allRows();
      for (const csrf of ["", "1.2.3", other?.values.csrf ?? ""]) {
        const again = await stop.browser.post(action, { ...values, csrf });
        expect([again.status, titleOf(again)]).toEqual([403, titleOf(stop.page)]);
        expect(again.text).toContain("had been open for a while");
        expect(again.text).not.toContain(`value="${PASSWORD}"`);
        if (values.name) expect(again.text).toContain('value="Typed by Ada"');
        // The fresh one is good.
        expect(formsIn(again).at(-1)?.values.csrf).not.toBe(csrf);
      }
      const after = await allRows();
      expect({ ...after, sessions: [] }).toEqual({ ...before, sessions: [] });
    },
  );

  it.each(named)("of %s does nothing for a page of another site that has the token", async (_path, stop) => {
    const { action, values } = filled(stop);
    const before = await allRows();
    for (const [name, headers] of foreign) {
      const body = new URLSearchParams(values);
      const answer = await stop.browser.send("POST", action, body, headers);
      expect(answer.status, name).toBe(403);
    }
    expect(await allRows()).toEqual(before);
  });

  it.each(named)("of %s is refused as anything but a form, and with a field twice", async (_path, stop) => {
    const { action, values } = filled(stop);
    if (action === "/sign-out" || "token" in values) return;
    const before = await allRows();
    for (const [type, body] of [
      ["application/json", JSON.stringify(values)],
      ["text/plain", String(new URLSearchParams(values))],
      ["application/x-www-form-urlencoded", `csrf=${values.csrf}&${new URLSearchParams(values)}`],
      ["application/x-www-form-urlencoded", `csrf=${values.csrf}&more=${"x".repeat(3_000_000)}`],
      ["application/x-www-form-urlencoded", `csrf=${values.csrf}&name=%00`],
    ] as const) {
      const own = { Origin: "null", "Sec-Fetch-Site": "same-origin", "Content-Type": type };
      expect((await stop.browser.send("POST", action, body, own)).status).toBe(400);
    }
    expect(await allRows()).toEqual(before);
  });
});

describe("a page behind a session", () => {
  const closed = [...new Set([...pageRoutesOf(service, "GET"), ...posts])].filter((path) =>
    /^\/(account|admin)/.test(path),
  );
  it.each(closed)("%s sends whoever has none to sign in, and does nothing", async (path) => {
    const address = path.replace(":id", await idOf((await member(service)).email));
    const before = await allRows();
    const browser = openPages(service);
    const asked = await browser.send("GET", `${address}?a=b`);
    expect([asked.status, asked.headers.get("Location")]).toEqual([
      303,
      `/sign-in?returnTo=${encodeURIComponent(`${address}?a=b`)}`,
    ]);
    if (posts.includes(path)) {
      const posted = await browser.post(address, { act: "delete", sure: "yes", password: PASSWORD });
      expect(posted.headers.get("Location")).toBe(`/sign-in?returnTo=${encodeURIComponent(address)}`);
    }
    expect(await allRows()).toEqual(before);
  });

  it.each(closed.filter((path) => path.startsWith("/admin")))("%s is not for users", async (path) => {
    const { email } = await member(service);
    const victim = await idOf((await member(service)).email);
    const browser = await signedInPages(service, email);
    const before = await allRows();
    const address = path.replace(":id", victim);
    const shown = await browser.send("GET", address);
    expect([shown.status, titleOf(shown)]).toEqual([403, "Not for you"]);
    if (posts.includes(path)) expect((await browser.post(address, { act: "deactivate" })).status).toBe(403);
    expect(await allRows()).toEqual(before);
  });
});

describe("after signing in", () => {
  const APP = "https://app.example.com/signed-in?from=auth";
  const own = startService({ env: { ALLOWED_RETURN_URLS: APP } });

  const leadsTo = async (returnTo: string) => {
    const { email } = await member(own);
    const browser = openPages(own);
    const page = await browser.visit(`/sign-in?returnTo=${encodeURIComponent(returnTo)}`);
    return (await browser.press(page, { email, password: PASSWORD })).headers.get("Location");
  };

  it.each([
    ["/account/sessions?a=b", "http://gatehouse.test/account/sessions?a=b"],
    ["http://gatehouse.test/account", "http://gatehouse.test/account"],
    [APP, APP],
    // A path of two slashes is a host's to a browser, unless the host is said.
    ["/.//evil.example", "http://gatehouse.test//evil.example"],
  ])("%s is where it leads", async (returnTo, location) => {
    expect(await leadsTo(returnTo)).toBe(location);
  });

  it.each([
    "//evil.example",
    "/\\evil.example",
    "\\/evil.example",
    "/\t/evil.example",
    "\n//evil.example",
    "https://evil.example/",
    "https://app.example.com/signed-in",
    `${APP}&more`,
    "https://app.example.com@evil.example/",
    "http://gatehouse.test@evil.example/",
    "http://gatehouse.test.evil.example/",
    "javascript:alert(1)",
    "data:text/html,hello",
    "",
  ])("%j leads to the account instead", async (returnTo) => {
    expect(await leadsTo(returnTo)).toBe("/account");
  });

  it("is remembered through the code and through signing up", async () => {
    const { email } = await member(own);
    const browser = openPages(own);
    const start = `/sign-in?returnTo=${encodeURIComponent(APP)}`;
    const page = await browser.visit(start);
    expect(page.text).toContain(`/sign-up?returnTo=${encodeURIComponent(APP)}`);
    const always = startService({ env: { ALLOWED_RETURN_URLS: APP, LOGIN_OTP: "always" } });
    const asked = openPages(always);
    const code = await asked.submit(await asked.visit(start), { email, password: PASSWORD });
    expect(code.path).toBe(`/sign-in/code?returnTo=${encodeURIComponent(APP)}`);
    const sent = await browser.submit(await browser.visit(`/sign-up?returnTo=${encodeURIComponent(APP)}`), {
      name: "Ada",
      email: newAddress(),
      password: PASSWORD,
    });
    expect(sent.text).toContain(`/sign-in?returnTo=${encodeURIComponent(APP)}`);
  });
});

describe("the switch of languages", () => {
  it("comes back to where it was pressed, and is remembered", async () => {
    const browser = openPages(service);
    const page = await browser.visit("/sign-up?returnTo=%2Faccount%2Fsessions");
    const [form] = formsIn(page).filter(({ action }) => action === "/language");
    const back = await browser.post("/language", { ...form?.values, locale: "de" });
    expect(back.headers.get("Location")).toBe("http://gatehouse.test/sign-up?returnTo=%2Faccount%2Fsessions");
    expect(back.headers.get("Set-Cookie")).toMatch(
      /^__Host-gh_lang=de; Max-Age=31536000; .*HttpOnly; Secure/,
    );
    expect(titleOf(await browser.visit("/sign-up"))).toBe("Konto anlegen");
  });

  it("leads nowhere else, speaks no other language, and needs its token", async () => {
    const browser = openPages(service);
    const [form] = formsIn(await browser.visit("/sign-in")).filter(({ action }) => action === "/language");
    for (const here of ["//evil.example", "https://evil.example", "/\\evil.example"]) {
      const answer = await browser.post("/language", { ...form?.values, here, locale: "xx" });
      expect([answer.headers.get("Location"), browser.jar.has("__Host-gh_lang")]).toEqual(["/", false]);
    }
    const stale = await browser.post("/language", { ...form?.values, csrf: "", locale: "de" });
    expect([stale.status, browser.jar.has("__Host-gh_lang")]).toEqual([303, false]);
  });
});

describe("what pages tell", () => {
  it("of an address that nobody has is what they tell of one that somebody has", async () => {
    const { email } = await member(service);
    const seen = async (path: string, fields: Record<string, string>, address: string) => {
      const browser = openPages(service);
      const answer = await browser.press(await browser.visit(path), { ...fields, email: address });
      const text = answer.text
        .replaceAll(address, "")
        .replaceAll(/nonce="[^"]*"|name="csrf" value="[^"]*"/g, "");
      const cookies = answer.headers.getSetCookie().map((cookie) => cookie.replace(/=[^;]*/, ""));
      return { status: answer.status, location: answer.headers.get("Location"), text, cookies };
    };
    for (const [path, fields] of [
      ["/sign-in", { password: "not it at all" }],
      ["/sign-up", { name: "Ada", password: PASSWORD }],
      ["/forgot-password", {}],
      ["/sign-up/check-your-mail", {}],
    ] as const) {
      expect(await seen(path, fields, email), path).toEqual(await seen(path, fields, newAddress()));
    }
  });

  it("has no words of the reader's own making", async () => {
    const browser = openPages(service);
    browser.jar.set("__Host-gh_notice", "toString");
    expect((await browser.visit("/sign-in")).text).not.toContain('class="notice"');
    const page = await browser.visit(
      "/sign-in?email=evil@example.com&notice=<script>&returnTo=%22%3E%3Cscript",
    );
    expect(page.text).not.toContain('value="evil@example.com"');
    expect(page.text).not.toContain("<script>");
    const again = await browser.press(page, { email: '"><script>alert(1)</script>', password: "x" });
    expect(again.text).toContain("&quot;&gt;&lt;script&gt;");
    expect(again.text).not.toContain("<script>alert");
  });

  it("is a page where a browser asks, and an envelope where a program does", async () => {
    const browser = openPages(service);
    const missing = await browser.visit("/nothing/of/the/kind");
    expect([missing.status, titleOf(missing)]).toEqual([404, "Nothing here"]);
    const method = await browser.send("DELETE", "/sign-in");
    expect([method.status, titleOf(method), method.headers.get("Allow")]).toEqual([
      405,
      "That did not work",
      "POST, GET, HEAD",
    ]);
    expect((await service.call("GET", "/nothing/of/the/kind")).body.error?.code).toBe("not_found");
    const api = await browser.send("GET", "/api/auth/nothing");
    expect(api.headers.get("Content-Type")).toMatch(/^application\/json/);
  });

  it("is that the service is out, with a reference, when the database is; and no page without assets", async () => {
    const faulty = createFaultyD1(env.DB);
    faulty.goDown();
    const broken = startService({ env: { DB: faulty.db } });
    const page = await openPages(broken).visit("/verify-email?token=x");
    expect([page.status, page.text.includes("Reference: ")]).toEqual([503, true]);
    expect(page.headers.get("Retry-After")).not.toBeNull();
    const bare = startService({ env: { ASSETS: undefined } });
    const answer = await openPages(bare).visit("/sign-in");
    expect([answer.status, answer.body.error?.code]).toEqual([503, "unavailable"]);
    expect((await bare.call("GET", "/healthz")).status).toBe(200);
  });
});

describe("round trips of a page before its answer", () => {
  it.each(named)("%s needs few", async (path, { browser, page }) => {
    await browser.visit(page.path);
    const { d1 = 99, kv = 99 } = service.log.at(-1) ?? {};
    const most = /^\/(account|admin)/.test(path) ? 3 : 1;
    expect(d1).toBeLessThanOrEqual(most);
    expect(kv).toBe(0);
  });

  it("signing in by the page costs what it costs by the API", async () => {
    const { email } = await member(service);
    await service.post("/login", { email, password: PASSWORD });
    const byApi = service.log.at(-1)?.d1;
    const browser = openPages(service);
    await browser.press(await browser.visit("/sign-in"), { email, password: PASSWORD });
    expect(service.log.at(-1)?.d1).toBe(byApi);
  });
});

describe("too many attempts", () => {
  it("are said with the time to wait, and the address stays", async () => {
    const limited = startService({ clock: createTestClock() });
    const { email } = await member(limited);
    const browser = openPages(limited);
    const page = await browser.visit("/sign-in");
    let answer = page;
    for (let attempt = 0; attempt < 11; attempt++) {
      answer = await browser.press(page, { email, password: "not it at all" });
    }
    expect([answer.status, /Please try again in \d+ minutes\./.test(answer.text)]).toEqual([429, true]);
    expect(answer.text).toContain(`value="${email}"`);
    expect(answer.headers.get("Retry-After")).toMatch(/^\d+$/);
  });
});
