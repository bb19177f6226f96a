import { Secret, TOTP } from "otpauth";
import { describe, expect } from "vitest";
import { it } from "../support/fixtures.ts";
import { type ApiDriver, pageDriver, signIn, signInOnKnownDevice } from "../support/flow.ts";
import { MODES } from "../support/modes.ts";
import { PASSWORD } from "../support/service.ts";
import { addVirtualAuthenticator } from "../support/virtual-authenticator.ts";

const STEP_MS = 30_000;

describe.each(MODES)("second factors, $name", (mode) => {
  it("a user adds an authenticator app, keeps recovery codes, and signs in with either", async ({
    visit,
    service,
  }) => {
    const { email } = await service.member();
    const driver = pageDriver((await visit(mode.options)).page, mode);
    const { words: t, page } = driver;
    const credentials = { email, password: PASSWORD };
    await page.goto("/");
    await signInOnKnownDevice(driver, service, credentials);

    await driver.follow(t.account.secondFactor);
    await driver.waitForHeading(t.twoStep.title);
    await driver.follow(t.twoStep.addAuthenticator);
    await driver.waitForHeading(t.twoStep.addAuthenticator);
    const secret = (await page.getByLabel(t.twoStep.secret, { exact: true }).inputValue()).replaceAll(
      " ",
      "",
    );
    const authenticator = new TOTP({ secret: Secret.fromBase32(secret) });
    await driver.fill(t.fields.code, "000000");
    await driver.press(t.twoStep.add);
    await page.getByText(t.twoStep.codeWrong, { exact: true }).waitFor();
    await driver.fill(t.fields.code, authenticator.generate());
    await driver.press(t.twoStep.add);

    await driver.waitForHeading(t.recoveryCodes.title);
    await driver.press(t.recoveryCodes.create);
    await driver.waitForHeading(t.recoveryCodes.createdTitle);
    const codes = (await page.getByLabel(t.recoveryCodes.title, { exact: true }).inputValue()).split("\n");
    expect(new Set(codes).size).toBe(10);
    const download = page.getByRole("link", { name: t.recoveryCodes.download, exact: true });
    const file = decodeURIComponent((await download.getAttribute("href")) ?? "");
    for (const code of codes) expect(file).toContain(code);
    await driver.follow(t.recoveryCodes.done);
    await driver.waitForHeading(t.twoStep.title);
    expect(await page.content()).not.toContain(codes[0]);

    await startSignIn(driver, credentials);
    // The code of the enrolment was used up, so this is the one of the next step.
    await driver.fill(t.fields.code, authenticator.generate({ timestamp: Date.now() + STEP_MS }));
    await driver.press(t.code.submit);
    await driver.waitForHeading(t.account.title);

    await startSignIn(driver, credentials);
    await driver.follow(t.code.factors.recovery_code.use);
    await driver.waitForHeading(t.code.factors.recovery_code.title);
    await driver.fill(t.fields.code, codes[3] ?? "");
    await driver.press(t.code.submit);
    await driver.waitForHeading(t.account.title);
    const left = t.recoveryCodes.left.replace("{count}", "9");
    await driver.follow(t.account.secondFactor);
    expect(await page.getByRole("main").textContent()).toContain(left);
  });
});

describe.each(MODES)("a sign-in by email code, $name", (mode) => {
  it("a user signs in by a mailed code, without a password", async ({ visit, service }) => {
    const { email } = await service.member();
    const driver = pageDriver((await visit(mode.options)).page, mode);
    const { words: t, page } = driver;
    await page.goto("/");
    await driver.waitForHeading(t.signIn.title);
    await driver.fill(t.fields.email, email);
    const requestedAt = Date.now();
    await driver.press(t.signIn.emailCode);
    await driver.waitForHeading(t.emailCode.title);
    const code = await service.codeTo(email, requestedAt);
    await driver.fill(t.fields.code, String((Number(code) + 1) % 1_000_000).padStart(6, "0"));
    await driver.press(t.code.submit);
    await page.getByText(t.problems.codeWrong, { exact: true }).waitFor();
    await driver.fill(t.fields.code, code);
    await driver.press(t.code.submit);
    await driver.waitForHeading(t.account.title);
  });
});

const runsScripts = ({ options }: (typeof MODES)[number]) => options.javaScriptEnabled !== false;

describe.each(MODES.filter(runsScripts))("passkeys, $name", (mode) => {
  it("a user creates a passkey, signs in with it, names it and removes it", async ({ visit, service }) => {
    const { email } = await service.member();
    const driver = pageDriver((await visit(mode.options)).page, mode);
    const { words: t, page } = driver;
    const authenticator = await addVirtualAuthenticator(page);
    await page.goto("/");
    await signInOnKnownDevice(driver, service, { email, password: PASSWORD });

    await driver.follow(t.passkeys.title);
    await driver.waitForHeading(t.passkeys.title);
    await authenticator.answer();
    await driver.press(t.passkeys.create);
    await driver.waitForNotice(t.notices.passkeyAdded);
    await authenticator.answer(false);

    await driver.press(t.nav.signOut);
    await driver.waitForHeading(t.signIn.title);
    await authenticator.answerCeremonyOf(() => driver.press(t.passkeys.signIn));
    await driver.waitForHeading(t.account.title);

    await driver.follow(t.passkeys.title);
    await driver.waitForHeading(t.passkeys.title);
    await mode.input.press(page.getByRole("main").getByRole("listitem").getByRole("link"));
    await mode.input.fill(page.locator("[name=factorLabel]"), "Work laptop");
    await driver.press(t.save);
    await driver.waitForNotice(t.notices.saved);
    expect(await page.getByRole("main").textContent()).toContain("Work laptop");
    if (new URL(page.url()).pathname === "/account/passkeys") {
      await mode.input.press(page.getByRole("main").getByRole("listitem").getByRole("link"));
    }
    await driver.pressAndConfirm(t.passkeys.remove);
    await driver.waitForNotice(t.notices.factorRemoved);
    expect(await page.getByRole("main").textContent()).toContain(t.passkeys.none);
  });
});

describe.each(MODES.filter((mode) => !runsScripts(mode)))("passkeys, $name", (mode) => {
  it("the page says that passkeys need a script, and the sign-in page does not offer them", async ({
    visit,
    service,
  }) => {
    const { email } = await service.member();
    const driver = pageDriver((await visit(mode.options)).page, mode);
    const { words: t, page } = driver;
    await page.goto("/");
    await driver.waitForHeading(t.signIn.title);
    expect(await page.getByRole("button", { name: t.passkeys.signIn, exact: true }).count()).toBe(0);
    await signIn(driver, service, { email, password: PASSWORD, withCode: false });
    await driver.follow(t.passkeys.title);
    await driver.waitForHeading(t.passkeys.title);
    await page.getByText(t.passkeys.noScript, { exact: true }).waitFor();
    expect(await page.getByRole("button", { name: t.passkeys.create, exact: true }).count()).toBe(0);
  });
});

/** Signs out and enters the password. The page of the authenticator app follows. */
async function startSignIn(
  driver: ApiDriver,
  { email, password }: { readonly email: string; readonly password: string },
): Promise<void> {
  const { words: t } = driver;
  await driver.press(t.nav.signOut);
  await driver.waitForHeading(t.signIn.title);
  await driver.fill(t.fields.email, email);
  await driver.fill(t.fields.password, password);
  await driver.press(t.signIn.submit);
  await driver.waitForHeading(t.code.factors.totp.title);
}
