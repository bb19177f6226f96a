import { describe } from "vitest";
import { it } from "../support/fixtures.ts";
import { pageDriver, signInOnKnownDevice } from "../support/flow.ts";
import { MODES } from "../support/modes.ts";
import { newPhoneNumber, PASSWORD } from "../support/service.ts";

describe.each(MODES)("texted codes, $name", (mode) => {
  it("a user confirms a phone number, has codes texted to it, and signs in with one", async ({
    visit,
    service,
  }) => {
    const { email } = await service.member();
    const driver = pageDriver((await visit(mode.options)).page, mode);
    const { words: t, page } = driver;
    const credentials = { email, password: PASSWORD };
    await page.goto("/");
    await signInOnKnownDevice(driver, service, credentials);

    const phone = newPhoneNumber();
    await driver.follow(t.account.secondFactor);
    await driver.waitForHeading(t.twoStep.title);
    await driver.follow(t.twoStep.smsAddPhone);
    await driver.waitForHeading(t.fields.phone);
    await driver.fill(t.fields.phone, phone);
    const addedAt = Date.now();
    await driver.press(t.phone.submit);
    await driver.waitForHeading(t.phone.codeTitle);
    await driver.fill(t.fields.code, await service.codeTextedTo(phone, addedAt));
    await driver.press(t.code.submit);
    await driver.waitForNotice(t.notices.phoneConfirmed);

    await driver.follow(t.account.secondFactor);
    await driver.waitForHeading(t.twoStep.title);
    await driver.press(t.twoStep.smsOn);
    await page.getByRole("button", { name: t.twoStep.smsOff, exact: true }).waitFor();

    await driver.press(t.nav.signOut);
    await driver.waitForHeading(t.signIn.title);
    await driver.fill(t.fields.email, email);
    await driver.fill(t.fields.password, PASSWORD);
    const requestedAt = Date.now();
    await driver.press(t.signIn.submit);
    await driver.waitForHeading(t.code.factors.sms_otp.title);
    const code = await service.codeTextedTo(phone, requestedAt);
    await driver.fill(t.fields.code, String((Number(code) + 1) % 1_000_000).padStart(6, "0"));
    await driver.press(t.code.submit);
    await page.getByText(t.problems.codeWrong, { exact: true }).waitFor();
    await driver.fill(t.fields.code, code);
    await driver.press(t.code.submit);
    await driver.waitForHeading(t.account.title);
  });
});
