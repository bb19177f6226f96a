import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { createFaultyD1 } from "../../support/d1.ts";
import { headingOf, openPageBrowser, visitEveryPage } from "../../support/pages.ts";
import { createTestClock, startService } from "../../support/service.ts";
import { newAddress, PASSWORD, registerVerifiedUser } from "../../support/users.ts";

const service = startService();
const named = (await visitEveryPage(service)).map((stop) => [stop.path, stop] as const);

describe("the pages", () => {
  it("the pages answer the same for an address with an account and for one without", async () => {
    const { email } = await registerVerifiedUser(service);
    const seen = async (path: string, fields: Record<string, string>, address: string) => {
      const browser = openPageBrowser(service);
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

  it("the pages show no text from the query string or a cookie, and escape submitted values", async () => {
    const browser = openPageBrowser(service);
    browser.jar.set("__Host-gh_notice", "key=toString");
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

  it("the service answers a failure as a page to a browser, and as JSON to other clients", async () => {
    const browser = openPageBrowser(service);
    const missing = await browser.visit("/nothing/of/the/kind");
    expect([missing.status, headingOf(missing)]).toEqual([404, "Page not found"]);
    const method = await browser.send("DELETE", "/sign-in");
    expect([method.status, headingOf(method), method.headers.get("Allow")]).toEqual([
      405,
      "Something went wrong",
      "POST, GET, HEAD",
    ]);
    expect((await service.call("GET", "/nothing/of/the/kind")).body.error?.code).toBe("not_found");
    const api = await browser.send("GET", "/api/auth/nothing");
    expect(api.headers.get("Content-Type")).toMatch(/^application\/json/);
  });

  it("a page answers 503 with the request id when the database is down, and a plain page when the assets are", async () => {
    const faulty = createFaultyD1(env.DB);
    faulty.failAllCalls();
    const broken = startService({ env: { DB: faulty.db } });
    const page = await openPageBrowser(broken).visit("/verify-email?token=x");
    expect([page.status, page.text.includes("Reference: ")]).toEqual([503, true]);
    expect(page.headers.get("Retry-After")).not.toBeNull();
    const bare = startService({ env: { ASSETS: undefined } });
    const answer = await openPageBrowser(bare).visit("/sign-in");
    expect([answer.status, headingOf(answer)]).toEqual([503, "503"]);
    expect((await bare.call("GET", "/healthz")).status).toBe(200);
  });
});

describe("a page", () => {
  it.each(named)("%s needs at most three D1 round trips, and no KV", async (path, { browser, page }) => {
    await browser.visit(page.path);
    const { d1 = 99, kv = 99 } = service.log.at(-1) ?? {};
    const most = /^\/(account|admin|device|oauth\/consent)/.test(path) ? 3 : 1;
    expect(d1).toBeLessThanOrEqual(most);
    expect(kv).toBe(0);
  });

  it("the sign-in page needs as many D1 round trips for a sign-in as the API", async () => {
    const { email } = await registerVerifiedUser(service);
    await service.post("/login", { email, password: PASSWORD });
    const byApi = service.log.at(-1)?.d1;
    const browser = openPageBrowser(service);
    await browser.press(await browser.visit("/sign-in"), { email, password: PASSWORD });
    expect(service.log.at(-1)?.d1).toBe(byApi);
  });
});

describe("the sign-in page after too many attempts", () => {
  it("the sign-in page answers 429 with the time to wait, and keeps the email address", async () => {
    const limited = startService({ clock: createTestClock() });
    const { email } = await registerVerifiedUser(limited);
    const browser = openPageBrowser(limited);
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
