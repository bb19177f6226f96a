import type { Page } from "playwright-core";
import { catalogues } from "../../../src/pages/messages/catalogue.ts";
import type { Words } from "../../../src/pages/messages/en.ts";
import type { ServiceApi } from "./service.ts";
import type { Visitor } from "./visitor.ts";
import type { Way } from "./ways.ts";

/** Somebody who goes through the pages in one way, and knows them by their words alone. */
export type Reader = ReturnType<typeof readerOf>;

export function readerOf({ page, context }: Visitor, { hands, locale }: Way, service: ServiceApi) {
  const words: Words = catalogues[locale];
  const on = (shown: Page) => ({
    page: shown,
    fill: (label: string, text: string) => hands.fill(shown.getByLabel(label, { exact: true }), text),
    press: (name: string) => hands.press(shown.getByRole("button", { name, exact: true })),
    follow: (name: string) => hands.press(shown.getByRole("link", { name, exact: true })),
    /** Waits for the page of that heading. */
    arrive: (title: string) => shown.getByRole("heading", { level: 1, name: title, exact: true }).waitFor(),
    /** Waits for what the page says has been done. */
    hear: (notice: string) => shown.getByRole("status").getByText(notice, { exact: true }).waitFor(),
  });
  return {
    words,
    ...on(page),
    /** Opens the newest mail of that link in the mailbox, and the link in its own tab. */
    openMailedLink: async (email: string, kind: "verify-email" | "reset-password") => {
      const link = await service.linkTo(email, kind);
      const mailbox = await context.newPage();
      await mailbox.goto(`/dev/mailbox?to=${email}`);
      await hands.press(mailbox.getByRole("link", { name: "Plain text" }));
      const opened = context.waitForEvent("page");
      await hands.press(mailbox.getByRole("link", { name: link, exact: true }));
      const tab = await opened;
      await mailbox.close();
      return on(tab);
    },
  };
}
