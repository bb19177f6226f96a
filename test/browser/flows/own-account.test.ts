import { describe, expect } from "vitest";
import { it } from "../support/fixtures.ts";
import { type ApiDriver, openMailedLink, pageDriver, signIn, signInOnKnownDevice } from "../support/flow.ts";
import { MODES } from "../support/modes.ts";
import { PASSWORD } from "../support/service.ts";

const SECOND_PASSWORD = "another quiet lighthouse 8";
const THIRD_PASSWORD = "one more quiet lighthouse 9";

describe.each(MODES)("a user's own account, $name", (mode) => {
  it("an account can be created, verified, protected by a second factor, and recovered after its password is lost", async ({
    visit,
    service,
  }) => {
    const visitor = await visit(mode.options);
    const email = service.newAddress();
    const mailed = {
      verify: { email, kind: "verify-email" },
      reset: { email, kind: "reset-password" },
    } as const;

    await signUp(pageDriver(visitor.page, mode), email);
    const driver = await openMailedLink(visitor, mode, service, mailed.verify);
    const { words: t, page } = driver;
    await driver.waitForHeading(t.verify.title);
    await driver.press(t.verify.submit);
    await driver.waitForNotice(t.notices.addressConfirmed);
    await signInOnKnownDevice(driver, service, { email, password: PASSWORD });

    await driver.follow(t.account.secondFactor);
    await driver.waitForHeading(t.twoStep.title);
    await driver.press(t.twoStep.emailOn);
    await driver.waitForNotice(t.notices.saved);
    await driver.press(t.nav.signOut);
    await driver.waitForNotice(t.notices.signedOut);
    await signIn(driver, service, { email, password: PASSWORD, withCode: true });

    await changePassword(driver);
    const otherDevice = pageDriver((await visit(mode.options)).page, mode);
    await otherDevice.page.goto("/");
    await signIn(otherDevice, service, { email, password: SECOND_PASSWORD, withCode: true });

    await driver.follow(t.account.sessions);
    await driver.waitForHeading(t.account.sessions);
    const sessions = page.getByRole("main").getByRole("listitem");
    expect(await sessions.count()).toBe(2);
    expect(await sessions.getByText(t.sessions.current).count()).toBe(1);
    await mode.input.press(sessions.getByRole("button"));
    await driver.waitForNotice(t.notices.sessionEnded);
    expect(await sessions.count()).toBe(1);
    await otherDevice.follow(t.account.sessions);
    await otherDevice.waitForHeading(t.signIn.title);

    await driver.press(t.nav.signOut);
    await driver.follow(t.signIn.forgot);
    await driver.waitForHeading(t.forgot.title);
    await driver.fill(t.fields.email, email);
    await driver.press(t.forgot.submit);
    await driver.waitForNotice(t.notices.resetSent);
    const resetting = await openMailedLink(visitor, mode, service, mailed.reset);
    await resetting.waitForHeading(t.reset.title);
    await resetting.fill(t.fields.newPassword, THIRD_PASSWORD);
    await resetting.press(t.reset.submit);
    await resetting.waitForNotice(t.notices.passwordSet);
    await signIn(resetting, service, { email, password: THIRD_PASSWORD, withCode: true });
  });
});

async function signUp(driver: ApiDriver, email: string): Promise<void> {
  const { words: t } = driver;
  await driver.page.goto("/");
  await driver.waitForHeading(t.signIn.title);
  await driver.follow(t.signIn.signUp);
  await driver.waitForHeading(t.signUp.title);
  await driver.fill(t.fields.name, "Ada");
  await driver.fill(t.fields.email, email);
  await driver.fill(t.fields.password, PASSWORD);
  await driver.press(t.signUp.submit);
  await driver.waitForHeading(t.checkMail.title);
}

async function changePassword(driver: ApiDriver): Promise<void> {
  const { words: t } = driver;
  await driver.follow(t.fields.password);
  await driver.waitForHeading(t.fields.password);
  await driver.fill(t.fields.currentPassword, PASSWORD);
  await driver.fill(t.fields.newPassword, SECOND_PASSWORD);
  await driver.press(t.changePassword.submit);
  await driver.waitForNotice(t.notices.passwordChanged);
}
