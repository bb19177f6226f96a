import type { Page } from "playwright-core";
import { describe, expect } from "vitest";
import { findFaultsNow } from "../support/accessibility.ts";
import { type Configured, startConfiguredService } from "../support/configured-service.ts";
import { it as plain } from "../support/fixtures.ts";
import { PASSWORD, type ServiceApi, serviceAt } from "../support/service.ts";
import { WORDS } from "../support/ui-texts.ts";
import { addVirtualAuthenticator, type VirtualAuthenticator } from "../support/virtual-authenticator.ts";
import { newVisitor } from "../support/visitor.ts";

const { en: t } = WORDS;

type Setup = { readonly origin: string; readonly api: ServiceApi; readonly configured: Configured };

type Session = {
  readonly page: Page;
  readonly email: string;
  readonly authenticator: VirtualAuthenticator;
  readonly problems: string[];
};

const button = (page: Page, name: string) => page.getByRole("button", { name, exact: true });

async function signInByPassword(page: Page, email: string): Promise<void> {
  await page.goto("/sign-in");
  await page.getByLabel(t.fields.email, { exact: true }).fill(email);
  await page.getByLabel(t.fields.password, { exact: true }).fill(PASSWORD);
  await button(page, t.signIn.submit).click();
  await page.waitForURL("**/account");
}

async function signOut(page: Page): Promise<void> {
  await button(page, t.nav.signOut).click();
  await page.waitForURL("**/sign-in");
}

/** Signs in twice: the device must be known before the first passkey. */
async function signInOnKnownDevice(page: Page, email: string): Promise<void> {
  await signInByPassword(page, email);
  await signOut(page);
  await signInByPassword(page, email);
}

async function createPasskey(page: Page, authenticator: VirtualAuthenticator): Promise<void> {
  await page.goto("/account/passkeys");
  await authenticator.answer();
  await button(page, t.passkeys.create).click();
  await page.getByRole("status").getByText(t.notices.passkeyAdded).waitFor();
  await authenticator.answer(false);
}

const pressPasskey = async (page: Page, authenticator: VirtualAuthenticator): Promise<void> => {
  await authenticator.answerCeremonyOf(() => button(page, t.passkeys.signIn).click());
};

/** Leaves the sign-in page for one without a ceremony. */
const leaveSignIn = (page: Page) => page.goto("/forgot-password");

const latestSession = ({ configured }: Setup, email: string) =>
  configured.db
    .prepare(
      "SELECT amr FROM sessions WHERE account_id = (SELECT id FROM accounts WHERE email = ?1) ORDER BY created_at DESC",
    )
    .bind(email)
    .first<{ amr: string }>();

const it = plain
  .extend("setup", { scope: "file" }, async ({ testServer: _ }, { onCleanup }): Promise<Setup> => {
    const configured = await startConfiguredService({});
    onCleanup(() => configured.stop());
    const { origin } = configured;
    return { origin, api: serviceAt({ origin, superuser: { email: "", password: "" } }), configured };
  })
  .extend("open", ({ browser, setup }, { onCleanup }) => {
    const closing: (() => Promise<unknown>)[] = [];
    onCleanup(async () => {
      await Promise.all(closing.map((close) => close()));
    });
    return async (options: Parameters<typeof addVirtualAuthenticator>[1] = {}): Promise<Session> => {
      const { context, page, problems } = await newVisitor(browser, [setup.origin]);
      closing.push(() => context.close());
      context.setDefaultTimeout(20_000);
      const authenticator = await addVirtualAuthenticator(page, options);
      const { email } = await setup.api.member();
      return { page, email, authenticator, problems };
    };
  })
  /** A user with a passkey, who has signed out. */
  .extend("openWithPasskey", ({ open }) => async (): Promise<Session> => {
    const session = await open();
    const { page, email, authenticator } = session;
    await signInOnKnownDevice(page, email);
    await createPasskey(page, authenticator);
    await signOut(page);
    return session;
  });

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
  });

  it("a passkey that the service does not know gets a sentence, and the page still works", async ({
    openWithPasskey,
    setup,
  }) => {
    const { page, authenticator, problems } = await openWithPasskey();
    await setup.configured.db.prepare("DELETE FROM factors").run();
    await pressPasskey(page, authenticator);
    await page.getByRole("alert").getByText(t.passkeys.unknown).waitFor();
    expect(await findFaultsNow(page)).toEqual([]);
    expect(problems.filter((problem) => !isRefusal(problem))).toEqual([]);
  });

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

  it("two accounts on one device have a passkey each", async ({ openWithPasskey, setup }) => {
    const { page, authenticator } = await openWithPasskey();
    const { email } = await setup.api.member();
    await signInOnKnownDevice(page, email);
    await createPasskey(page, authenticator);
    const credentials = await authenticator.credentials();
    expect(credentials).toHaveLength(2);
    expect(new Set(credentials.map(({ userHandle }) => userHandle)).size).toBe(2);
  });

  it("refuses an assertion from a frame of another origin", async ({ openWithPasskey, setup }) => {
    const { page, authenticator } = await openWithPasskey();
    await leaveSignIn(page);
    await authenticator.answer();
    const { origin } = setup;
    const top = origin.replace("localhost", "127.0.0.1");
    const allow = "publickey-credentials-get *";
    const body = `<iframe id="frame" allow="${allow}" src="${origin}/frame"></iframe>`;
    await page.route(`${top}/top`, (route) => route.fulfill({ contentType: "text/html", body }));
    await page.route(`${origin}/frame`, (route) =>
      route.fulfill({ contentType: "text/html", body: "frame" }),
    );
    await page.goto(`${top}/top`);
    const framed = await page.locator("#frame").elementHandle();
    const frame = await framed?.contentFrame();
    await frame?.waitForURL(`${origin}/frame`);
    const outcome = await frame?.evaluate(async () => {
      const post = async (path: string, fields: object) => {
        const response = await fetch(`/api/auth${path}`, {
          method: "POST",
          headers: { "Content-Type": "application/json" },
          body: JSON.stringify(fields),
        });
        return { status: response.status, data: (await response.json()).data };
      };
      const { data } = await post("/login/passkey/options", {});
      const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(data.options);
      const credential = (await navigator.credentials.get({ publicKey })) as PublicKeyCredential;
      const assertion = credential.toJSON();
      const clientData = JSON.parse(
        atob(assertion.response.clientDataJSON.replaceAll("-", "+").replaceAll("_", "/")),
      );
      const { status } = await post("/login/passkey", { challengeId: data.challengeId, assertion });
      return { status, crossOrigin: clientData.crossOrigin };
    });
    expect(outcome).toEqual({ status: 401, crossOrigin: true });
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
