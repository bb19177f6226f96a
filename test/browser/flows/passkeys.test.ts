import type { Page } from "playwright-core";
import { describe, expect } from "vitest";
import { findFaultsNow } from "../support/accessibility.ts";
import {
  button,
  createPasskey,
  it,
  leaveSignIn,
  pressPasskey,
  type Setup,
  signInOnKnownDevice,
  signOut,
} from "../support/passkey-fixtures.ts";
import { PASSWORD } from "../support/service.ts";
import { WORDS } from "../support/ui-texts.ts";

const { en: t } = WORDS;

const latestSession = ({ configured }: Setup, email: string) =>
  configured.db
    .prepare(
      "SELECT amr FROM sessions WHERE account_id = (SELECT id FROM accounts WHERE email = ?1) ORDER BY created_at DESC",
    )
    .bind(email)
    .first<{ amr: string }>();

/** What starts a ceremony on the open page from now on. */
const recordCeremonies = (page: Page) =>
  page.evaluateHandle(() => {
    const started: ("autofill" | "button")[] = [];
    const { credentials } = navigator;
    const get = credentials.get.bind(credentials);
    credentials.get = (options) => {
      started.push(options?.mediation === "conditional" ? "autofill" : "button");
      return get(options);
    };
    return started;
  });

/** Rejects the ceremonies of the autofill with that error. Runs in the page, before its script. */
function rejectAutofill(name: string): void {
  const { credentials } = navigator;
  const get = credentials.get.bind(credentials);
  credentials.get = async (options) => {
    if (options?.mediation !== "conditional") return get(options);
    document.documentElement.dataset.rejected = "";
    throw new DOMException("rejected", name);
  };
}

const deletePasskeys = ({ configured }: Setup, email: string) =>
  configured.db
    .prepare("DELETE FROM factors WHERE account_id = (SELECT id FROM accounts WHERE email = ?1)")
    .bind(email)
    .run();

/** Chromium logs each response from 400 on. */
const isRefusal = (problem: string): boolean => problem.includes("status of 4");

describe("passkeys", () => {
  it("registers a passkey, and signs in by the button", async ({ openWithPasskey }) => {
    const { page, authenticator, email, problems } = await openWithPasskey();
    expect(await authenticator.credentials()).toHaveLength(1);
    expect(await findFaultsNow(page)).toEqual([]);
    await pressPasskey(page, authenticator);
    await page.waitForURL("**/account");
    expect(await page.content()).toContain(email);
    await page.goto("/account/passkeys");
    expect(await page.getByRole("main").getByRole("listitem").count()).toBe(1);
    expect(await findFaultsNow(page)).toEqual([]);
    expect(problems).toEqual([]);
  });

  it("signs in from the autofill of the address", async ({ openWithPasskey }) => {
    const { page, authenticator, email, problems } = await openWithPasskey();
    expect(await page.evaluate(() => PublicKeyCredential.isConditionalMediationAvailable())).toBe(true);
    await leaveSignIn(page);
    await authenticator.answer();
    // The sign-in may interrupt the navigation.
    await page.goto("/sign-in").catch(() => undefined);
    await page.waitForURL("**/account");
    expect(await page.content()).toContain(email);
    expect(problems).toEqual([]);
  });

  it("a second press of the button leaves the ceremony of the first alone", async ({ openWithPasskey }) => {
    const { page } = await openWithPasskey();
    const ceremonies = await recordCeremonies(page);
    await button(page, t.passkeys.signIn).dblclick();
    await page.waitForTimeout(1000);
    const started = await ceremonies.jsonValue();
    expect(started.slice(started.indexOf("button"))).toEqual(["button"]);
  });

  it("an authenticator that does not verify the user signs no user in", async ({ openWithPasskey }) => {
    const { page, authenticator } = await openWithPasskey();
    await authenticator.verifyUser(false);
    await pressPasskey(page, authenticator);
    await page.waitForTimeout(1000);
    expect(new URL(page.url()).pathname).toBe("/sign-in");
    await authenticator.answer(false);
    await authenticator.verifyUser(true);
    await page.goto("/sign-in");
    await pressPasskey(page, authenticator);
    await page.waitForURL("**/account");
  });

  it("a passkey that the service does not know gets a sentence, and the page still works", async ({
    openWithPasskey,
    setup,
  }) => {
    const { page, email, authenticator, problems } = await openWithPasskey();
    await deletePasskeys(setup, email);
    await pressPasskey(page, authenticator);
    await page.getByRole("alert").getByText(t.passkeys.unknown).waitFor();
    expect(await findFaultsNow(page)).toEqual([]);
    expect(problems.filter((problem) => !isRefusal(problem))).toEqual([]);
  });

  it("a passkey that the service does not know is reported to the browser, a known one is not", async ({
    openWithPasskey,
    setup,
  }) => {
    const { page, email, authenticator } = await openWithPasskey();
    const [credential] = await authenticator.credentials();
    const credentialId = Buffer.from(credential?.credentialId ?? "", "base64").toString("base64url");
    const signals: unknown[] = [];
    await page.exposeFunction("reportSignal", (signal: unknown) => void signals.push(signal));
    await page.addInitScript(() => {
      const { reportSignal } = window as unknown as { reportSignal(signal: unknown): Promise<void> };
      Object.assign(PublicKeyCredential, { signalUnknownCredential: reportSignal });
    });
    await page.goto("/sign-in");
    await pressPasskey(page, authenticator);
    await page.waitForURL("**/account");
    expect(signals).toEqual([]);
    await authenticator.answer(false);
    await signOut(page);
    await deletePasskeys(setup, email);
    await pressPasskey(page, authenticator);
    await expect.poll(() => signals[0]).toEqual({ rpId: "localhost", credentialId });
  });

  it.for(["NotAllowedError", "AbortError", "UnknownError"])(
    "the autofill stays silent when the browser rejects it with %s, and the button still works",
    async (name, { openWithPasskey }) => {
      const { page, authenticator, problems } = await openWithPasskey();
      await leaveSignIn(page);
      await page.addInitScript(rejectAutofill, name);
      await page.goto("/sign-in");
      await page.locator("html[data-rejected]").waitFor({ state: "attached" });
      await page.waitForTimeout(500);
      expect(await page.getByRole("alert").count()).toBe(0);
      expect(problems).toEqual([]);
      await pressPasskey(page, authenticator);
      await page.waitForURL("**/account");
      expect(problems).toEqual([]);
    },
  );

  it("a passkey that was removed from the authenticator signs in no more, silently", async ({
    openWithPasskey,
  }) => {
    const { page, authenticator, problems } = await openWithPasskey();
    const [credential] = await authenticator.credentials();
    await authenticator.remove(credential?.credentialId ?? "");
    await pressPasskey(page, authenticator);
    await page.waitForTimeout(1000);
    expect(new URL(page.url()).pathname).toBe("/sign-in");
    expect(problems).toEqual([]);
  });

  it("a cloned counter is reported, and lets the user in", async ({ openWithPasskey, setup }) => {
    const { page, authenticator } = await openWithPasskey();
    await pressPasskey(page, authenticator);
    await page.waitForURL("**/account");
    await authenticator.answer(false);
    await signOut(page);
    // The credential must not change during a ceremony.
    await leaveSignIn(page);
    await authenticator.setCounter(0);
    await page.goto("/sign-in");
    await pressPasskey(page, authenticator);
    await page.waitForURL("**/account");
    const events = await setup.configured.db
      .prepare("SELECT count(*) AS n FROM audit_events WHERE type = 'passkey_counter_regressed'")
      .first<{ n: number }>();
    expect(events?.n).toBe(1);
  });

  it("the pages cannot be framed", async ({ open, setup }) => {
    const { page } = await open();
    const top = setup.origin.replace("localhost", "127.0.0.1");
    const body = `<iframe src="${setup.origin}/sign-in"></iframe>`;
    await page.route(`${top}/top`, (route) => route.fulfill({ contentType: "text/html", body }));
    await page.goto(`${top}/top`);
    await page.waitForTimeout(500);
    expect(page.frames()).toHaveLength(2);
    const shown = await Promise.all(
      page
        .frames()
        .slice(1)
        .map((frame) => frame.locator("[data-passkey], form").count()),
    );
    expect(shown).toEqual([0]);
  });
});

/** Has sign-ins with the password ask for the only passkey, and signs out. */
async function askForPasskey(page: Page): Promise<void> {
  await page.goto("/account/passkeys");
  await page.getByRole("link", { name: t.passkeys.manage }).click();
  await button(page, t.passkeys.ask).click();
  await page.getByRole("status").getByText(t.notices.saved).waitFor();
  await signOut(page);
}

/** Signs in on the open page with the password, until the second factor is due. */
async function startSignIn(page: Page, email: string): Promise<void> {
  await page.getByLabel(t.fields.email, { exact: true }).fill(email);
  await page.getByLabel(t.fields.password, { exact: true }).fill(PASSWORD);
  await button(page, t.signIn.submit).click();
  await page.getByRole("heading", { name: t.code.factors.passkey.title }).waitFor();
}

describe("a passkey as second factor", () => {
  it("verifies a sign-in with the password, and confirms the user later", async ({ open, setup }) => {
    const { page, email, authenticator, problems } = await open();
    await signInOnKnownDevice(page, email);
    await createPasskey(page, authenticator);
    await askForPasskey(page);
    await startSignIn(page, email);
    expect(await findFaultsNow(page)).toEqual([]);
    await authenticator.answer();
    await button(page, t.code.usePasskey).click();
    await page.waitForURL("**/account");
    const { amr } = (await latestSession(setup, email)) ?? {};
    expect(amr?.split(" ")).toEqual(["pwd", "hwk", "user", "mfa"]);
    await page.goto("/account/confirm?factor=passkey");
    expect(await findFaultsNow(page)).toEqual([]);
    await button(page, t.confirm.passkeySubmit).click();
    await page.getByRole("status").getByText(t.notices.confirmed).waitFor();
    expect(problems).toEqual([]);
  });

  it("the ceremony can be cancelled and repeated", async ({ open }) => {
    const { page, email, authenticator, problems } = await open();
    await signInOnKnownDevice(page, email);
    await createPasskey(page, authenticator);
    await askForPasskey(page);
    await startSignIn(page, email);
    await page.evaluate(() => {
      const { credentials } = navigator;
      const get = credentials.get.bind(credentials);
      credentials.get = (options) => {
        credentials.get = get;
        return options ? Promise.reject(new DOMException("cancelled", "NotAllowedError")) : get(options);
      };
    });
    await button(page, t.code.usePasskey).click();
    await page.waitForTimeout(500);
    expect(new URL(page.url()).pathname).toBe("/sign-in/code");
    expect(await page.getByRole("alert").count()).toBe(0);
    await authenticator.answer();
    await button(page, t.code.usePasskey).click();
    await page.waitForURL("**/account");
    expect(problems).toEqual([]);
  });
});

describe("the offer of a passkey", () => {
  it("is shown after a sign-in, creates a passkey, and is gone then", async ({ open }) => {
    const { page, email, authenticator, problems } = await open();
    await signInOnKnownDevice(page, email);
    await page.getByRole("heading", { name: t.passkeys.offerTitle }).waitFor();
    expect(await findFaultsNow(page)).toEqual([]);
    await authenticator.answer();
    await button(page, t.passkeys.create).click();
    await page.getByRole("status").getByText(t.notices.passkeyAdded).waitFor();
    await page.goto("/account");
    expect(await page.getByText(t.passkeys.offerTitle).count()).toBe(0);
    expect(problems).toEqual([]);
  });

  it("'Not now' is remembered", async ({ open }) => {
    const { page, email } = await open();
    await signInOnKnownDevice(page, email);
    await button(page, t.passkeys.notNow).click();
    const offer = page.getByRole("heading", { name: t.passkeys.offerTitle });
    expect(await offer.isVisible()).toBe(false);
    await page.reload();
    await page.waitForTimeout(300);
    expect(await offer.isVisible()).toBe(false);
  });
});
