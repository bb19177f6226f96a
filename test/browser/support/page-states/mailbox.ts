import type { ServiceApi } from "../service.ts";
import type { Visitor } from "../visitor.ts";
import { at, type PageState } from "./steps.ts";

async function openMailbox({ page }: Visitor, service: ServiceApi): Promise<void> {
  const { email } = await service.member();
  await page.goto(`/dev/mailbox?to=${email}`);
}

/** Pages for developers. */
export const MAILBOX: readonly PageState[] = [
  { name: "mailbox-empty", page: null, open: at("/dev/mailbox?to=unknown@example.com") },
  { name: "mailbox", page: null, open: openMailbox },
  {
    name: "mailbox-text",
    page: null,
    open: async (visitor, service) => {
      await openMailbox(visitor, service);
      await visitor.page.getByRole("navigation", { name: "Messages" }).getByRole("link").first().click();
      await visitor.page.getByRole("link", { name: "Plain text" }).click();
      await visitor.page.waitForURL("**view=text*");
    },
  },
];
