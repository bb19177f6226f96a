import { describe, expect, it } from "vitest";
import { readAllRows } from "../../support/database-rows.ts";
import {
  formsIn,
  headingOf,
  openPageBrowser,
  pageRoutesOf,
  signedInPageBrowser,
  type VisitedPage,
  visitEveryPage,
} from "../../support/pages.ts";
import { startService } from "../../support/service.ts";
import { accountIdOf, PASSWORD, registerVerifiedUser } from "../../support/users.ts";

// This app may call the API with cookies. The forms of the pages accept only their own origin.
const ALLOWED = "http://app.gatehouse.test";
const service = startService({ env: { ALLOWED_ORIGINS: ALLOWED } });
const posts = pageRoutesOf(service, "POST");
const stops = (await visitEveryPage(service)).filter(({ path }) => posts.includes(path));
const named = stops.map((stop) => [stop.path, stop] as const);

/** The page's own form, filled in with valid values. */
const fillForm = ({ page }: VisitedPage) => {
  const own = formsIn(page).find(({ action }) => !["/language", "/sign-out", ""].includes(action));
  const values = own?.values ?? formsIn(page).at(-1)?.values ?? {};
  const typed: Record<string, string> = { name: "Typed by Ada", email: "typed@example.com", code: "123456" };
  const filledIn = Object.entries(values).map(([name, value]) => [
    name,
    typed[name] ?? (value || (/password/i.test(name) ? PASSWORD : "other")),
  ]);
  return {
    action: own?.action ?? page.path,
    values: Object.fromEntries(filledIn) as Record<string, string>,
  };
};

const foreign: [string, Record<string, string>][] = [
  ["another origin", { Origin: "https://evil.example", "Sec-Fetch-Site": "cross-site" }],
  ["a null origin on another site", { Origin: "null", "Sec-Fetch-Site": "cross-site" }],
  ["an app that may call the API with cookies", { Origin: ALLOWED, "Sec-Fetch-Site": "same-site" }],
  ["a subdomain of the same site", { Origin: "http://sub.gatehouse.test", "Sec-Fetch-Site": "same-site" }],
];

describe("a form of the pages", () => {
  it("every form is tested here: for each page that accepts a POST and for the language switch", () => {
    expect([...stops.map(({ path }) => path), "/language"].sort()).toEqual(posts.sort());
  });

  it.each(named)(
    "the form of %s changes nothing without its CSRF token, and keeps its values",
    async (_path, stop) => {
      const { action, values } = fillForm(stop);
      const before = await readAllRows();
      for (const csrf of ["", "1.2.3"]) {
        const again = await stop.browser.post(action, { ...values, csrf });
        expect([again.status, headingOf(again)]).toEqual([403, headingOf(stop.page)]);
        expect(again.text).toContain("was open for a long time");
        expect(again.text).not.toContain(`value="${PASSWORD}"`);
        if (values.name) expect(again.text).toContain('value="Typed by Ada"');
        // The page has a new, valid token.
        expect(formsIn(again).at(-1)?.values.csrf).not.toBe(csrf);
      }
      const after = await readAllRows();
      expect({ ...after, sessions: [] }).toEqual({ ...before, sessions: [] });
    },
  );

  it.each(named)(
    "the form of %s changes nothing with the CSRF token of another browser, and drops its values",
    async (_path, stop) => {
      const { action, values } = fillForm(stop);
      const otherBrowser = openPageBrowser(service);
      const [other] = formsIn(await otherBrowser.visit("/sign-in"));
      const before = await readAllRows();
      const again = await stop.browser.post(action, { ...values, csrf: other?.values.csrf ?? "" });
      expect([again.status, headingOf(again)]).toEqual([403, headingOf(stop.page)]);
      expect(again.text).toContain("Another session started in this browser");
      expect(again.text).not.toContain("Typed by Ada");
      const after = await readAllRows();
      expect({ ...after, sessions: [] }).toEqual({ ...before, sessions: [] });
    },
  );

  it.each(named)(
    "the form of %s changes nothing when another site posts it with a valid token",
    async (_path, stop) => {
      const { action, values } = fillForm(stop);
      const before = await readAllRows();
      for (const [name, headers] of foreign) {
        const body = new URLSearchParams(values);
        const answer = await stop.browser.send("POST", action, body, headers);
        expect(answer.status, name).toBe(403);
      }
      expect(await readAllRows()).toEqual(before);
    },
  );

  it.each(named)(
    "the form of %s rejects other media types, repeated fields and bodies that are too large",
    async (_path, stop) => {
      const { action, values } = fillForm(stop);
      if (action === "/sign-out" || "token" in values) return;
      const before = await readAllRows();
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
      expect(await readAllRows()).toEqual(before);
    },
  );
});

describe("a page behind a session", () => {
  const protectedPaths = [...new Set([...pageRoutesOf(service, "GET"), ...posts])].filter((path) =>
    /^\/(account|admin)/.test(path),
  );
  it.each(protectedPaths)(
    "%s redirects a request without a session to sign-in, and changes nothing",
    async (path) => {
      const address = path.replace(":id", await accountIdOf((await registerVerifiedUser(service)).email));
      const before = await readAllRows();
      const browser = openPageBrowser(service);
      const got = await browser.send("GET", `${address}?a=b`);
      expect([got.status, got.headers.get("Location")]).toEqual([
        303,
        `/sign-in?returnTo=${encodeURIComponent(`${address}?a=b`)}`,
      ]);
      if (posts.includes(path)) {
        const posted = await browser.post(address, { act: "delete", sure: "yes", password: PASSWORD });
        expect(posted.headers.get("Location")).toBe(`/sign-in?returnTo=${encodeURIComponent(address)}`);
      }
      expect(await readAllRows()).toEqual(before);
    },
  );

  it.each(protectedPaths.filter((path) => path.startsWith("/admin")))(
    "%s answers 403 to a user without a role, and changes nothing",
    async (path) => {
      const { email } = await registerVerifiedUser(service);
      const victim = await accountIdOf((await registerVerifiedUser(service)).email);
      const browser = await signedInPageBrowser(service, email);
      const before = await readAllRows();
      const address = path.replace(":id", victim);
      const shown = await browser.send("GET", address);
      expect([shown.status, headingOf(shown)]).toEqual([403, "Access denied"]);
      if (posts.includes(path)) expect((await browser.post(address, { act: "deactivate" })).status).toBe(403);
      expect(await readAllRows()).toEqual(before);
    },
  );
});
