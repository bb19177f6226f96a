import type { Page } from "playwright-core";
import type { Mode } from "./modes.ts";
import type { ServiceApi } from "./service.ts";
import { WORDS } from "./ui-texts.ts";
import type { Visitor } from "./visitor.ts";

/** Drives a page in one mode. It finds elements by their visible texts only. */
export type ApiDriver = ReturnType<typeof pageDriver>;

export function pageDriver(page: Page, mode: Mode) {
  const { input, locale } = mode;
  const press = (name: string) => input.press(page.getByRole("button", { name, exact: true }));
  return {
    page,
    mode,
    words: WORDS[locale],
    press,
    fill: (label: string, text: string) => input.fill(page.getByLabel(label, { exact: true }), text),
    /** Follows the link whose text begins with this. */
    follow: (name: string) =>
      input.press(page.getByRole("link", { name: new RegExp(`^${escapeRegExp(name)}`) }).first()),
    /** Presses a button and confirms the dialog, which is shown only with JavaScript. */
    pressAndConfirm: async (name: string) => {
      await press(name);
      if (mode.options.javaScriptEnabled === false) return;
      await input.press(page.getByRole("dialog").getByRole("button", { name, exact: true }));
    },
    /** Waits for the page with this heading. */
    waitForHeading: (title: string) =>
      page.getByRole("heading", { level: 1, name: title, exact: true }).waitFor(),
    /** Waits for the page's notice. */
    waitForNotice: (notice: string) => page.getByRole("status").getByText(notice, { exact: true }).waitFor(),
  };
}

const escapeRegExp = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");

/** Opens the newest mail of a kind in the development mailbox, and its link in a new tab. */
export async function openMailedLink(
  { context }: Visitor,
  mode: Mode,
  service: ServiceApi,
  { email, kind }: { readonly email: string; readonly kind: "verify-email" | "reset-password" },
): Promise<ApiDriver> {
  const link = await service.linkTo(email, kind);
  const mailbox = pageDriver(await context.newPage(), mode);
  await mailbox.page.goto(`/dev/mailbox?to=${email}`);
  await mailbox.follow("Plain text");
  const opened = context.waitForEvent("page");
  await mailbox.follow(link);
  const tab = await opened;
  await mailbox.page.close();
  return pageDriver(tab, mode);
}

/** Signs in from the sign-in page to the account, with the mailed code where it is required. */
export async function signIn(
  driver: ApiDriver,
  service: ServiceApi,
  {
    email,
    password,
    withCode,
  }: { readonly email: string; readonly password: string; readonly withCode: boolean },
): Promise<void> {
  const { words: t } = driver;
  await driver.waitForHeading(t.signIn.title);
  await driver.fill(t.fields.email, email);
  await driver.fill(t.fields.password, password);
  const requestedAt = Date.now();
  await driver.press(t.signIn.submit);
  if (withCode) {
    await driver.waitForHeading(t.code.factors.email_otp.title);
    await driver.fill(t.fields.code, await service.codeTo(email, requestedAt));
    await driver.press(t.code.submit);
  }
  await driver.waitForHeading(t.account.title);
}

/** Signs in twice by the password alone: the second session is on a known device, which may enrol a factor. */
export async function signInOnKnownDevice(
  driver: ApiDriver,
  service: ServiceApi,
  credentials: { readonly email: string; readonly password: string },
): Promise<void> {
  await signIn(driver, service, { ...credentials, withCode: false });
  await driver.press(driver.words.nav.signOut);
  await driver.waitForNotice(driver.words.notices.signedOut);
  await signIn(driver, service, { ...credentials, withCode: false });
}
