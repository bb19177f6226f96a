import { describe, expect, it } from "vitest";
import { SCRIPT_PATH } from "../../../src/ui/script-routes.ts";
import { SHOWN_PAGES } from "../../support/page-list.ts";
import { pageRoutesOf, tourOf } from "../../support/page-tour.ts";
import { formsIn, openPages } from "../../support/pages.ts";
import { startService } from "../../support/service.ts";

const MOST_BYTES = 40 * 1024;
const LOGO = "https://cdn.example.com/logo.svg";
const APP = "https://app.example.com/signed-in";

const service = startService({
  env: { APP_LOGO_URL: LOGO, APP_COLOR: "#fd0", ALLOWED_RETURN_URLS: APP, APP_NAME: 'A "quoted" <name>' },
});
const stops = await tourOf(service);
const named = stops.map((stop) => [stop.path, stop] as const);
const script = await service.call("GET", SCRIPT_PATH);

describe("the tour", () => {
  it("goes to every page that there is, and each is there", () => {
    const gone = stops.map(({ path }) => path);
    const asked = pageRoutesOf(service, "GET").filter((path) => path !== "/" && path !== SCRIPT_PATH);
    expect(gone).toEqual(asked);
    expect(gone.length).toBeGreaterThan(22);
    for (const { path, page } of stops) {
      const pattern = new RegExp(`^${path.replace(":id", "[^/]+")}(\\?|$)`);
      expect([page.status, pattern.test(page.path)], path).toEqual([200, true]);
    }
  });
});

describe("an address with a slash at its end", () => {
  it("is the page's own, for every page that is looked at", async () => {
    for (const path of SHOWN_PAGES) {
      const { status, headers } = await service.call("GET", `${path.replace(":id", "one")}/?a=%2F&b`);
      expect([status, headers.get("Location")]).toEqual([308, `${path.replace(":id", "one")}?a=%2F&b`]);
    }
  });

  it.each(["//", "/sign-in//", "//evil.example/", "/nothing/", "/api/auth/me/", "/healthz/"])(
    "is none at %s",
    async (path) => {
      expect((await service.call("GET", path)).status).toBe(404);
    },
  );
});

describe("the browser's tests", () => {
  it("look at every page that there is", () => {
    expect([...SHOWN_PAGES].sort()).toEqual(stops.map(({ path }) => path).sort());
  });
});

describe.each(named)("%s", (_path, { page }) => {
  it("is small, whole in one answer, and asks no other origin", () => {
    expect(page.text.length + script.text.length).toBeLessThan(MOST_BYTES);
    const asked = [...page.text.matchAll(/(?:src|href)="([^"#][^"]*)"/g)].map(([, url = ""]) => url);
    const foreign = asked.filter((url) => !/^[/?]/.test(url) && !url.startsWith("data:image/svg+xml,"));
    expect([...new Set(foreign)]).toEqual([LOGO]);
    expect(page.text.match(/<script/g)).toEqual(["<script"]);
    expect(page.text).toContain(`<script src="${SCRIPT_PATH}" defer`);
  });

  it("has a policy that lets in its own alone, and keeps nothing", () => {
    const policy = page.headers.get("Content-Security-Policy") ?? "";
    const [, nonce = ""] = /style-src 'nonce-([\w-]{43})'/.exec(policy) ?? [];
    expect(policy.split("; ")).toEqual([
      "default-src 'none'",
      `style-src 'nonce-${nonce}'`,
      "script-src 'self'",
      "img-src 'self' data: https://cdn.example.com",
      "form-action 'self' https://app.example.com",
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

  it("has a CSRF token in every form that writes, and a name for every field", () => {
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

  it("has one heading, its landmarks, and the name of the deployment as text", () => {
    expect(page.text.match(/<h1>/g)).toHaveLength(1);
    for (const landmark of ["header", "main", "footer"]) expect(page.text).toContain(`<${landmark}`);
    expect(page.text).toMatch(/^<!doctype html><html lang="en">/);
    expect(page.text).toContain("A &quot;quoted&quot; &lt;name&gt;");
    expect(page.text).not.toContain("<name>");
  });
});

describe("every page in German", async () => {
  const inGerman = await tourOf(service, { language: "de-AT,de;q=0.9,en;q=0.5" });
  it.each(inGerman.map((stop) => [stop.path, stop] as const))(
    "%s says so, and nothing in English",
    (path, stop) => {
      const { text } = stop.page;
      expect(text).toContain('<html lang="de">');
      const english = stops.find((stopped) => stopped.path === path)?.page.text ?? "";
      const words = (html: string) => [...html.matchAll(/>([A-Z][a-z ]{9,}[.?]?)</g)].map(([, word]) => word);
      expect(words(text).filter((word) => words(english).includes(word))).toEqual([]);
      expect(text).toContain(">English</button>");
    },
  );
});

describe("the script", () => {
  it("may be kept for ever under its name, and is there under no other", async () => {
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
  ])("by %s is let into the pages that ask for it, and into no other", async (provider, origin, widget) => {
    const own = guarded(provider);
    for (const path of ["/sign-up", "/forgot-password"]) {
      const page = await openPages(own).visit(path);
      expect(page.headers.get("Content-Security-Policy")).toMatch(new RegExp(`script-src 'self' ${origin}`));
      expect(page.headers.get("Content-Security-Policy")).toContain(`frame-src ${origin}`);
      expect(page.text).toContain(widget);
      expect(page.text).toContain('data-key="site-key"');
      expect(page.text).toContain("could not be loaded");
      expect(page.text).toContain("<noscript>");
      expect(page.text).not.toContain("captcha-secret");
    }
    for (const path of ["/sign-in", "/sign-up/check-your-mail", "/sign-out"]) {
      const page = await openPages(own).visit(path);
      expect(page.headers.get("Content-Security-Policy")).not.toContain(origin);
      expect(page.text).not.toContain(widget);
    }
  });

  it("that was not passed is said, and what was typed stays", async () => {
    const browser = openPages(guarded("turnstile"));
    const again = await browser.press(await browser.visit("/forgot-password"), { email: "ada@example.com" });
    expect([again.status, again.text.includes("not a robot")]).toEqual([403, true]);
    expect(again.text).toContain('value="ada@example.com"');
  });
});
