import { Secret, TOTP } from "otpauth";
import { describe, expect } from "vitest";
import { type ApiDriver, pageDriver } from "../support/flow.ts";
import { keyboard } from "../support/input-methods.ts";
import type { Mode } from "../support/modes.ts";
import {
  createPasskey,
  it,
  type Session,
  type Setup,
  signInOnKnownDevice,
} from "../support/passkey-fixtures.ts";
import { PASSWORD } from "../support/service.ts";

const STEP_MS = 30_000;
const MINUTE = 60_000;

/** Reauthentication and passkeys as second factor, by the keyboard alone. */
const MODE: Mode = { name: "by keyboard alone", input: keyboard, locale: "en", options: {} };

/** The last authentication of the user's sessions is too long ago for a sensitive change. */
const ageSessions = ({ configured }: Setup, email: string) =>
  configured.db
    .prepare(
      `UPDATE sessions SET created_at = created_at - ?1, auth_time = auth_time - ?1, reauthenticated_at = NULL
      WHERE account_id = (SELECT id FROM accounts WHERE email = ?2)`,
    )
    .bind(11 * MINUTE, email)
    .run();

/** Opens the page where the user confirms themself, from a page with a change that needs it. */
async function openConfirmation(setup: Setup, { page, email }: Session): Promise<ApiDriver> {
  await ageSessions(setup, email);
  const driver = pageDriver(page, MODE);
  const { words: t } = driver;
  await page.goto("/account/passkeys");
  await page.getByText(t.passkeys.confirmFirst, { exact: true }).waitFor();
  expect(await page.getByRole("button", { name: t.passkeys.create, exact: true }).count()).toBe(0);
  await driver.press(t.passkeys.confirm);
  await driver.waitForHeading(t.confirm.title);
  return driver;
}

/** The page of the change allows it now. */
async function expectConfirmed({ page, words: t, waitForNotice }: ApiDriver): Promise<void> {
  await waitForNotice(t.notices.confirmed);
  expect(new URL(page.url()).pathname).toBe("/account/passkeys");
  expect(await page.getByRole("button", { name: t.passkeys.create, exact: true }).count()).toBe(1);
}

/** Adds an authenticator app. */
async function addAuthenticator({ page, words: t, fill, press, waitForHeading }: ApiDriver): Promise<TOTP> {
  await page.goto("/account/two-step/authenticator");
  const secret = await page.getByLabel(t.twoStep.secret, { exact: true }).inputValue();
  const authenticator = new TOTP({ secret: Secret.fromBase32(secret.replaceAll(" ", "")) });
  await fill(t.fields.code, authenticator.generate());
  await press(t.twoStep.add);
  await waitForHeading(t.recoveryCodes.title);
  return authenticator;
}

describe(`a user confirms that it is them, ${MODE.name}`, () => {
  it("with the password", async ({ open, setup }) => {
    const session = await open();
    await signInOnKnownDevice(session.page, session.email);
    const driver = await openConfirmation(setup, session);
    const { words: t } = driver;
    await driver.fill(t.fields.password, "not the password");
    await driver.press(t.confirm.confirm);
    await session.page.getByText(t.problems.wrongPassword, { exact: true }).waitFor();
    await driver.fill(t.fields.password, PASSWORD);
    await driver.press(t.confirm.confirm);
    await expectConfirmed(driver);
    expect(session.problems).toEqual([]);
  });

  it("with the password and an authenticator app", async ({ open, setup }) => {
    const session = await open();
    await signInOnKnownDevice(session.page, session.email);
    const authenticator = await addAuthenticator(pageDriver(session.page, MODE));
    const driver = await openConfirmation(setup, session);
    const { words: t } = driver;
    // The code of the enrolment was used up, so this is the one of the next step.
    const code = authenticator.generate({ timestamp: Date.now() + STEP_MS });
    const wrong = String((Number(code) + 1) % 1_000_000).padStart(6, "0");
    await driver.fill(t.fields.password, PASSWORD);
    await driver.fill(t.fields.code, wrong);
    await driver.press(t.confirm.confirm);
    await session.page.getByText(t.problems.codeWrong, { exact: true }).waitFor();
    await driver.fill(t.fields.password, PASSWORD);
    await driver.fill(t.fields.code, code);
    await driver.press(t.confirm.confirm);
    await expectConfirmed(driver);
    expect(session.problems).toEqual([]);
  });

  it("with a passkey", async ({ open, setup }) => {
    const session = await open();
    const { page, authenticator } = session;
    await signInOnKnownDevice(page, session.email);
    await createPasskey(page, authenticator);
    const driver = await openConfirmation(setup, session);
    const { words: t } = driver;
    await driver.follow(t.confirm.methods.passkey);
    await page.getByText(t.confirm.leads.passkey, { exact: true }).waitFor();
    await authenticator.answer();
    await driver.press(t.confirm.passkeySubmit);
    await expectConfirmed(driver);
    expect(session.problems).toEqual([]);
  });
});

describe(`a passkey as second factor, ${MODE.name}`, () => {
  it("is asked for at each sign-in, until the user trusts the device", async ({ open, setup }) => {
    const { page, email, authenticator, problems } = await open();
    await signInOnKnownDevice(page, email);
    await createPasskey(page, authenticator);
    const driver = pageDriver(page, MODE);
    const { words: t } = driver;
    await page.goto("/account/passkeys");
    await driver.follow(t.passkeys.manage);
    await driver.press(t.passkeys.ask);
    await driver.waitForNotice(t.notices.saved);
    const startSignIn = async () => {
      await authenticator.answer(false);
      await driver.press(t.nav.signOut);
      await driver.waitForHeading(t.signIn.title);
      await driver.fill(t.fields.email, email);
      await driver.fill(t.fields.password, PASSWORD);
      await driver.press(t.signIn.submit);
    };
    const trust = page.getByRole("checkbox", { name: t.code.rememberDevice.replace("{days}", "30") });
    for (const trusts of [false, true]) {
      await startSignIn();
      await driver.waitForHeading(t.code.factors.passkey.title);
      expect(await trust.isChecked()).toBe(false);
      if (trusts) await keyboard.check(trust);
      expect(await trust.isChecked()).toBe(trusts);
      await authenticator.answer();
      await driver.press(t.code.usePasskey);
      await driver.waitForHeading(t.account.title);
      expect(await countTrustedDevices(setup, email)).toBe(trusts ? 1 : 0);
    }
    await startSignIn();
    await driver.waitForHeading(t.account.title);
    expect(problems).toEqual([]);
  });
});

const countTrustedDevices = ({ configured }: Setup, email: string) =>
  configured.db
    .prepare(
      `SELECT count(*) AS n FROM known_devices WHERE trusted_until > ?1
      AND account_id = (SELECT id FROM accounts WHERE email = ?2)`,
    )
    .bind(Date.now(), email)
    .first<number>("n");
