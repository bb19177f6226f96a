import type { Page } from "playwright-core";
import type { Mode } from "./modes.ts";
import type { ServiceApi } from "./service.ts";
import { WORDS } from "./ui-texts.ts";
import type { Visitor } from "./visitor.ts";

/** A page and somebody who uses it in one way: they know it by its words alone. */
export type Reader = ReturnType<typeof readerOf>;

export function readerOf(page: Page, way: Mode) {
  const { hands, locale } = way;
  const press = (name: string) => hands.press(page.getByRole("button", { name, exact: true }));
  return {
    page,
    way,
    words: WORDS[locale],
    press,
    fill: (label: string, text: string) => hands.fill(page.getByLabel(label, { exact: true }), text),
    /** Follows the link whose words begin with these. */
    follow: (name: string) =>
      hands.press(page.getByRole("link", { name: new RegExp(`^${literally(name)}`) }).first()),
    /** Presses what is asked once more, if there are scripts to ask. */
    pressAndConfirm: async (name: string) => {
      await press(name);
      if (way.options.javaScriptEnabled === false) return;
      await hands.press(page.getByRole("dialog").getByRole("button", { name, exact: true }));
    },
    /** Waits for the page of that heading. */
    arrive: (title: string) => page.getByRole("heading", { level: 1, name: title, exact: true }).waitFor(),
    /** Waits for what the page says has been done. */
    hear: (notice: string) => page.getByRole("status").getByText(notice, { exact: true }).waitFor(),
  };
}

const literally = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");

/** Opens the mailbox beside, and the link of the newest mail of its kind in a tab of its own. */
export async function openMailedLink(
  { context }: Visitor,
  way: Mode,
  service: ServiceApi,
  { email, kind }: { readonly email: string; readonly kind: "verify-email" | "reset-password" },
): Promise<Reader> {
  const link = await service.linkTo(email, kind);
  const mailbox = readerOf(await context.newPage(), way);
  await mailbox.page.goto(`/dev/mailbox?to=${email}`);
  await mailbox.follow("Plain text");
  const opened = context.waitForEvent("page");
  await mailbox.follow(link);
  const tab = await opened;
  await mailbox.page.close();
  return readerOf(tab, way);
}

/** From the sign-in page as far as the account, through the mailed code where one is asked for. */
export async function signIn(
  reader: Reader,
  service: ServiceApi,
  {
    email,
    password,
    withCode,
  }: { readonly email: string; readonly password: string; readonly withCode: boolean },
): Promise<void> {
  const { words: t } = reader;
  await reader.arrive(t.signIn.title);
  await reader.fill(t.fields.email, email);
  await reader.fill(t.fields.password, password);
  const asked = Date.now();
  await reader.press(t.signIn.submit);
  if (withCode) {
    await reader.arrive(t.code.title);
    await reader.fill(t.fields.code, await service.codeTo(email, asked));
    await reader.press(t.code.submit);
  }
  await reader.arrive(t.account.title);
}
