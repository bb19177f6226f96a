import { describe, expect } from "vitest";
import { it } from "../support/fixtures.ts";
import { type ApiDriver, openMailedLink, pageDriver } from "../support/flow.ts";
import { MODES } from "../support/modes.ts";
import { PASSWORD } from "../support/service.ts";

/** Waits for the app's page with the signed-in user. */
const waitForGreeting = (driver: ApiDriver, email: string) => driver.waitForHeading(`Hello ${email}`);

async function fillSignIn(driver: ApiDriver, email: string): Promise<void> {
  const { words: t } = driver;
  await driver.waitForHeading(t.signIn.title);
  await driver.fill(t.fields.email, email);
  await driver.fill(t.fields.password, PASSWORD);
  await driver.press(t.signIn.submit);
}

describe.each(MODES)("an app on another origin, $name", (mode) => {
  it("signs a new user up and in, and signs the same user in again without a question", async ({
    visitFrom,
    service,
    app,
  }) => {
    const visitor = await visitFrom(app, mode.options);
    const email = service.newAddress();
    const driver = pageDriver(visitor.page, mode);
    const { words: t, page } = driver;
    await page.goto(`${app}/start?page=sign-up`);
    await driver.waitForHeading(t.signUp.title);
    await driver.fill(t.fields.name, "Ada");
    await driver.fill(t.fields.email, email);
    await driver.fill(t.fields.password, PASSWORD);
    await driver.press(t.signUp.submit);
    await driver.waitForHeading(t.checkMail.title);
    const tab = await openMailedLink(visitor, mode, service, { email, kind: "verify-email" });
    await tab.waitForHeading(t.verify.title);
    await tab.press(t.verify.submit);
    await fillSignIn(tab, email);
    await waitForGreeting(tab, email);
    await page.goto(`${app}/start`);
    await waitForGreeting(driver, email);
    // The authorization code is valid once.
    await page.reload();
    await page.getByRole("heading", { name: /^Not signed in: / }).waitFor();
  });
});

describe("an app without a server", () => {
  it("exchanges the code in its page, and removes it from the URL", async ({ visitFrom, service, app }) => {
    const { page } = await visitFrom(app);
    const { email } = await service.member();
    const [mode] = MODES;
    if (!mode) throw new Error("MODES is empty");
    const driver = pageDriver(page, mode);
    await page.goto(`${app}/page`);
    await fillSignIn(driver, email);
    await waitForGreeting(driver, email);
    expect(page.url()).toBe(`${app}/page`);
    expect(await page.evaluate(() => document.referrer)).toBe("");
  });
});
