import { describe, expect, it } from "vitest";
import { continuedUrl } from "../../support/authorization-requests.ts";
import { codeIn, newApp, pageFor } from "../../support/client-app.ts";
import { markDevicesAsKnown } from "../../support/factors.ts";
import { openPageBrowser, signedInPageBrowser, visitEveryPage } from "../../support/pages.ts";
import { startService } from "../../support/service.ts";
import { accountIdOf, PASSWORD, registerVerifiedUser, signedInAs } from "../../support/users.ts";

const service = startService();
const trips = () => service.log.at(-1)?.d1;

/** D1 round trips by GET: one for the session, and those for the data of the page. */
const BUDGET: Readonly<Record<string, number>> = {
  "/account": 3,
  "/account/apps": 2,
  "/account/complete": 1,
  "/account/confirm": 2,
  "/account/factor-removal": 2,
  "/cancel-factor-removal": 1,
  "/account/deactivate": 1,
  "/account/deletion": 1,
  "/account/export": 1,
  "/account/email": 1,
  "/account/linked": 3,
  "/account/passkeys": 2,
  "/account/passkeys/:id": 2,
  "/account/password": 1,
  "/account/phone": 1,
  "/account/phone/code": 1,
  "/account/picture": 1,
  "/account/profile": 1,
  "/account/two-step": 2,
  "/account/two-step/authenticator": 1,
  "/account/two-step/recovery-codes": 2,
  "/account/two-step/factors/:id": 2,
  "/account/sessions": 2,
  "/account/devices": 2,
  "/account/keys": 2,
  "/admin/applications": 2,
  "/admin/applications/:id": 3,
  "/admin/applications/new": 1,
  "/admin/audit": 3,
  "/admin/invite": 1,
  "/admin/mail": 2,
  "/admin/users": 2,
  "/admin/users/:id": 3,
  "/admin/users/:id/metadata": 2,
  "/admin/users/:id/profile": 2,
  "/device": 1,
  "/device/confirm": 2,
  "/oauth/authorize": 1,
  "/oauth/consent": 2,
  "/oauth/continue": 0,
  "/oauth/logout": 0,
  "/forgot-password": 0,
  "/reset-password": 1,
  "/sign-in": 0,
  "/sign-in/code": 1,
  "/sign-in/email-code": 0,
  "/sign-out": 0,
  "/sign-up": 0,
  "/sign-up/check-your-mail": 0,
  "/verify-email": 1,
};

describe("the D1 round trips of a page", () => {
  it("D1 round trips match the budget of every page; a new page needs an entry", async () => {
    const found: Record<string, number | undefined> = {};
    for (const { path, browser, page } of await visitEveryPage(service)) {
      await browser.send("GET", page.path);
      found[path] = trips();
    }
    expect(found).toEqual(BUDGET);
  });

  it("a successful form costs the D1 round trips of its session and its change, without the data of the view", async () => {
    const { email } = await registerVerifiedUser(service);
    const { email: admin } = await signedInAs(service, "admin");
    const [own, asAdmin] = [
      await signedInPageBrowser(service, email),
      await signedInPageBrowser(service, admin),
    ];
    await signedInPageBrowser(service, email);
    await markDevicesAsKnown(email);
    const found: Record<string, number | undefined> = {};
    for (const [browser, path, act, fields] of [
      [own, "/account/sessions", "others", {}],
      [own, "/account/two-step", "email-on", {}],
      [asAdmin, `/admin/users/${await accountIdOf(email)}`, "endSessions", {}],
    ] as const) {
      const answer = await browser.press(await browser.visit(path), fields, act);
      expect([path, answer.status]).toEqual([path, 303]);
      found[act] = trips();
    }
    expect(found).toEqual({ others: 2, "email-on": 2, endSessions: 4 });
  });

  it("a sign-in for an app costs two D1 round trips, and its authorization request two more", async () => {
    const { email } = await registerVerifiedUser(service);
    // Reads the signing keys into the isolate.
    await signedInPageBrowser(service, email);
    const browser = openPageBrowser(service);
    const app = await newApp(service);
    const page = await browser.visit(pageFor(app, "/sign-in"));
    expect(trips()).toBe(0);
    const leaving = await browser.press(page, { email, password: PASSWORD });
    expect(trips()).toBe(2);
    const next = await browser.visit(leaving.headers.get("Location") ?? "");
    expect(trips()).toBe(0);
    codeIn(await browser.send("GET", continuedUrl(next)));
    expect(trips()).toBe(2);
  });
});
