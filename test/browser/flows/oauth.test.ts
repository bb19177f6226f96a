import { describe, expect } from "vitest";
import { EXAMPLE_CLIENT, exampleAuthorization } from "../support/example-client.ts";
import { it } from "../support/fixtures.ts";
import { pageDriver } from "../support/flow.ts";
import { MODES } from "../support/modes.ts";
import { PASSWORD } from "../support/service.ts";

describe.each(MODES)("an OAuth client, $name", (mode) => {
  it("gets a code after sign-in and consent, and asks again; the user revokes its access", async ({
    visitFrom,
    service,
    app,
  }) => {
    const { page } = await visitFrom(app, mode.options);
    const driver = pageDriver(page, mode);
    const { words: t } = driver;
    const { email } = await service.member();
    await page.goto(exampleAuthorization({ login_hint: email }, app));
    await driver.waitForHeading(t.signIn.title);
    await driver.fill(t.fields.password, PASSWORD);
    await driver.press(t.signIn.submit);
    // No policy blocks the redirects after the two forms: `visitFrom` fails for a violation.
    await driver.waitForHeading(t.consent.title);
    await driver.press(t.consent.allow);
    await driver.waitForHeading("Welcome back");
    const { origin, pathname, searchParams } = new URL(page.url());
    expect([origin, pathname]).toEqual([app, EXAMPLE_CLIENT.path]);
    expect([...searchParams.keys()]).toEqual(["code", "state", "iss"]);
    expect(await page.evaluate(() => document.referrer)).toBe("");
    await page.goto(exampleAuthorization({}, app));
    await driver.waitForHeading(t.consent.title);
    await driver.press(t.consent.deny);
    await driver.waitForHeading("access_denied");
    await page.goto("/account/apps");
    await driver.press(`${t.apps.revoke}: ${EXAMPLE_CLIENT.name}`);
    // The dialog is shown only with JavaScript.
    if (mode.options.javaScriptEnabled !== false) await driver.press(t.apps.revoke);
    await driver.waitForNotice(t.notices.appRevoked);
  });
});
