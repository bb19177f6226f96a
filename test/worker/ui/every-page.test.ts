import { describe, expect, it } from "vitest";
import { PASSKEY_SCRIPT_PATH, SCRIPT_PATH } from "../../../src/ui/script-routes.ts";
import { PAGE_PATHS } from "../../support/page-paths.ts";
import { formsIn, openPageBrowser, pageRoutesOf, visitEveryPage } from "../../support/pages.ts";
import { startService } from "../../support/service.ts";

const MOST_BYTES = 40 * 1024;
/** The script of passkeys comes on top, where it is loaded. Most of it is the library that talks to the authenticator. */
const MOST_BYTES_OF_PASSKEYS = 16 * 1024;
const LOGO = "https://cdn.example.com/logo.svg";

const service = startService({
  env: { APP_LOGO_URL: LOGO, APP_COLOR: "#fd0", APP_NAME: 'A "quoted" <name>' },
});
const stops = await visitEveryPage(service);
const named = stops.map((stop) => [stop.path, stop] as const);
const script = await service.call("GET", SCRIPT_PATH);
const passkeyScript = await service.call("GET", PASSKEY_SCRIPT_PATH);

/** The pages that load the script of the passkeys, which calls the API. */
const WITH_PASSKEYS: readonly string[] = ["/sign-in", "/account", "/account/passkeys"];

describe("tourOf", () => {
  it("visits every registered page, and each answers 200", () => {
    const visited = stops.map(({ path }) => path);
    const registered = pageRoutesOf(service, "GET").filter(
      (path) => !["/", SCRIPT_PATH, PASSKEY_SCRIPT_PATH].includes(path),
    );
    expect(visited).toEqual(registered);
    expect(visited.length).toBeGreaterThan(22);
    for (const { path, page } of stops) {
      const pattern = new RegExp(`^${path.replace(":id", "[^/]+")}(\\?|$)`);
      expect([page.status, pattern.test(page.path)], path).toEqual([200, true]);
    }
  });
});

describe("a URL with a trailing slash", () => {
  it("a trailing slash redirects to the page, for every page", async () => {
    for (const path of PAGE_PATHS) {
      const { status, headers } = await service.call("GET", `${path.replace(":id", "one")}/?a=%2F&b`);
      expect([status, headers.get("Location")]).toEqual([308, `${path.replace(":id", "one")}?a=%2F&b`]);
    }
  });

  it("redirects an id with encoded line breaks as it was sent", async () => {
    const { status, headers } = await service.call("GET", "/admin/users/%0d%0ax/");
    expect([status, headers.get("Location")]).toEqual([308, "/admin/users/%0d%0ax"]);
  });

  it.each(["//", "/sign-in//", "//evil.example/", "/nothing/", "/api/auth/me/", "/healthz/"])(
    "answers 404 at %s, which is no page",
    async (path) => {
      expect((await service.call("GET", path)).status).toBe(404);
    },
  );
});

describe("SHOWN_PAGES", () => {
  it("SHOWN_PAGES lists every page for the browser tests", () => {
    expect([...PAGE_PATHS].sort()).toEqual(stops.map(({ path }) => path).sort());
  });
});

describe.each(named)("%s", (path, { page }) => {
  const hasPasskeys = WITH_PASSKEYS.includes(path);
  it("the page is one small document that loads the script and the logo, and nothing else", () => {
    expect(page.text.length + script.text.length).toBeLessThan(MOST_BYTES);
    expect(passkeyScript.text.length).toBeLessThan(MOST_BYTES_OF_PASSKEYS);
    const urls = [...page.text.matchAll(/(?:src|href)="([^"#][^"]*)"/g)].map(([, url = ""]) => url);
    const foreign = urls.filter((url) => !/^[/?]/.test(url) && !url.startsWith("data:image/svg+xml,"));
    expect([...new Set(foreign)]).toEqual([LOGO]);
    expect(page.text.match(/<script/g)).toHaveLength(hasPasskeys ? 2 : 1);
    expect(page.text.includes(`<script src="${PASSKEY_SCRIPT_PATH}"`)).toBe(hasPasskeys);
    expect(page.text).toContain(`<script src="${SCRIPT_PATH}" defer`);
  });

  it("the page has a strict policy that allows only its own resources, and is not cached", () => {
    const policy = page.headers.get("Content-Security-Policy") ?? "";
    const [, nonce = ""] = /style-src 'nonce-([\w-]{43})'/.exec(policy) ?? [];
    expect(policy.split("; ")).toEqual([
      "default-src 'none'",
      `style-src 'nonce-${nonce}'`,
      "script-src 'self'",
      "img-src 'self' data: https://cdn.example.com",
      ...(hasPasskeys ? ["connect-src 'self'"] : []),
      "form-action 'self'",
      "object-src 'none'",
      "base-uri 'none'",
      "frame-ancestors 'none'",
    ]);
    expect(page.text.match(/<style /g)).toHaveLength(1);
    expect(page.text).toContain(`<style nonce="${nonce}">`);
    expect(page.text).not.toMatch(/\s(?:style|on\w+)=/);
    expect(page.headers.get("Referrer-Policy")).toBe("no-referrer");
    expect(page.headers.get("Cache-Control")).toBe("no-store");
    expect(page.headers.get("X-Frame-Options")).toBe("DENY");
  });

  it("the page has a CSRF token in every POST form, and a label for every field", () => {
    const forms = formsIn(page).filter(({ action }) => action !== "");
    expect(forms.length).toBeGreaterThan(0);
    for (const { values } of forms) expect(values.csrf).toMatch(/^\d+\.[\w-]+\.[\w-]+$/);
    const labelled = new Set([...page.text.matchAll(/<label for="([^"]+)"/g)].map(([, id]) => id));
    for (const [, id] of page.text.matchAll(/<(?:input|select) id="([^"]+)"/g))
      expect(labelled).toContain(id);
    for (const [input] of page.text.matchAll(/<input [^>]*type="password"[^>]*>/g)) {
      expect(input).toMatch(/autocomplete="(?:new|current)-password"/);
      expect(input).not.toContain(" value=");
    }
  });

  it("the page has one heading, its landmarks, and the app name as escaped text", () => {
    expect(page.text.match(/<h1>/g)).toHaveLength(1);
    for (const landmark of ["header", "main", "footer"]) expect(page.text).toContain(`<${landmark}`);
    expect(page.text).toMatch(/^<!doctype html><html lang="en">/);
    expect(page.text).toContain("A &quot;quoted&quot; &lt;name&gt;");
    expect(page.text).not.toContain("<name>");
  });
});

describe("every page in German", async () => {
  const inGerman = await visitEveryPage(service, { language: "de-AT,de;q=0.9,en;q=0.5" });
  it.each(inGerman.map((stop) => [stop.path, stop] as const))(
    "shows %s in German, without a text in English",
    (path, stop) => {
      const { text } = stop.page;
      expect(text).toContain('<html lang="de">');
      const english = stops.find((stopped) => stopped.path === path)?.page.text ?? "";
      const texts = (html: string) => [...html.matchAll(/>([A-Z][a-z ]{9,}[.?]?)</g)].map(([, one]) => one);
      expect(texts(text).filter((one) => texts(english).includes(one))).toEqual([]);
      expect(text).toContain(">English</button>");
    },
  );
});

describe("the script", () => {
  it("the script is cached without limit under its versioned path, and is at no other path", async () => {
    expect(script.headers.get("Content-Type")).toBe("text/javascript; charset=utf-8");
    expect(script.headers.get("Cache-Control")).toBe("public, max-age=31536000, immutable");
    for (const path of [
      "/pages/enhance.js",
      "/pages/enhance-000000000000.js",
      "/pages/style.css",
      "/pages/words/en.json",
    ]) {
      expect((await service.call("GET", path)).status).toBe(404);
    }
  });
});

describe("a captcha", () => {
  const guarded = (provider: string) =>
    startService({
      env: { CAPTCHA_PROVIDER: provider, CAPTCHA_SITE_KEY: "site-key", CAPTCHA_SECRET: "captcha-secret" },
    });

  it.each([
    ["turnstile", "https://challenges.cloudflare.com", 'class="cf-turnstile"'],
    ["recaptcha-v2", "https://www.google.com/recaptcha/", 'class="g-recaptcha"'],
    ["recaptcha-v3", "https://www.google.com/recaptcha/", 'name="captchaToken"'],
  ])(
    "a captcha by %s is allowed by the policy of the pages that use it, and by no other",
    async (provider, origin, widget) => {
      const own = guarded(provider);
      for (const path of ["/sign-up", "/forgot-password"]) {
        const page = await openPageBrowser(own).visit(path);
        expect(page.headers.get("Content-Security-Policy")).toMatch(
          new RegExp(`script-src 'self' ${origin}`),
        );
        expect(page.headers.get("Content-Security-Policy")).toContain(`frame-src ${origin}`);
        expect(page.text).toContain(widget);
        expect(page.text).toContain('data-key="site-key"');
        expect(page.text).toContain("could not be loaded");
        expect(page.text).toContain("<noscript>");
        expect(page.text).not.toContain("captcha-secret");
      }
      for (const path of ["/sign-in", "/sign-up/check-your-mail", "/sign-out"]) {
        const page = await openPageBrowser(own).visit(path);
        expect(page.headers.get("Content-Security-Policy")).not.toContain(origin);
        expect(page.text).not.toContain(widget);
      }
    },
  );

  it("a captcha that was not solved shows an error, and the form keeps its values", async () => {
    const browser = openPageBrowser(guarded("turnstile"));
    const again = await browser.press(await browser.visit("/forgot-password"), { email: "ada@example.com" });
    expect([again.status, again.text.includes("not a robot")]).toEqual([403, true]);
    expect(again.text).toContain('value="ada@example.com"');
  });
});
