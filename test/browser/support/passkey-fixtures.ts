import type { Page } from "playwright-core";
import { type Configured, startConfiguredService } from "./configured-service.ts";
import { it as plain } from "./fixtures.ts";
import { PASSWORD, type ServiceApi, serviceAt } from "./service.ts";
import { WORDS } from "./ui-texts.ts";
import { addVirtualAuthenticator, type VirtualAuthenticator } from "./virtual-authenticator.ts";
import { newVisitor } from "./visitor.ts";

const { en: t } = WORDS;

export type Setup = { readonly origin: string; readonly api: ServiceApi; readonly configured: Configured };

export type Session = {
  readonly page: Page;
  readonly email: string;
  readonly authenticator: VirtualAuthenticator;
  readonly problems: string[];
};

export const button = (page: Page, name: string) => page.getByRole("button", { name, exact: true });

async function signInByPassword(page: Page, email: string): Promise<void> {
  await page.goto("/sign-in");
  await page.getByLabel(t.fields.email, { exact: true }).fill(email);
  await page.getByLabel(t.fields.password, { exact: true }).fill(PASSWORD);
  await button(page, t.signIn.submit).click();
  await page.waitForURL("**/account");
}

export async function signOut(page: Page): Promise<void> {
  await button(page, t.nav.signOut).click();
  await page.waitForURL("**/sign-in");
}

/** Signs in twice: the device must be known before the first passkey. */
export async function signInOnKnownDevice(page: Page, email: string): Promise<void> {
  await signInByPassword(page, email);
  await signOut(page);
  await signInByPassword(page, email);
}

export async function createPasskey(page: Page, authenticator: VirtualAuthenticator): Promise<void> {
  await page.goto("/account/passkeys");
  await authenticator.answer();
  await button(page, t.passkeys.create).click();
  await page.getByRole("status").getByText(t.notices.passkeyAdded).waitFor();
  await authenticator.answer(false);
}

export const pressPasskey = async (page: Page, authenticator: VirtualAuthenticator): Promise<void> => {
  await authenticator.answerCeremonyOf(() => button(page, t.passkeys.signIn).click());
};

/** Leaves the sign-in page for one without a ceremony. */
export const leaveSignIn = (page: Page) => page.goto("/forgot-password");

/** An origin of another host whose pages may use the passkeys (`PASSKEY_ORIGINS`). No server has it. */
export const OTHER_HOST = "http://other.localhost";

/** Tests with a service of their own, and visitors with an authenticator each. */
export const it = plain
  .extend("setup", { scope: "file" }, async ({ testServer: _ }, { onCleanup }): Promise<Setup> => {
    const configured = await startConfiguredService({ PASSKEY_ORIGINS: OTHER_HOST });
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
