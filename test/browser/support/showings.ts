import type { ServiceApi } from "./service.ts";
import type { Visitor } from "./visitor.ts";

/** A page in a state that it can be in: tests look at each, and `npm run screenshots` takes its picture. */
export type Showing = {
  /** Names its pictures. */
  readonly name: string;
  /** Brings the visitor there. */
  readonly open: (visitor: Visitor, service: ServiceApi) => Promise<unknown>;
};

export const SHOWINGS: readonly Showing[] = [
  {
    name: "verify-email",
    open: async ({ page }, service) => {
      const { email } = await service.register();
      await page.goto(await service.linkTo(email, "verify-email"));
    },
  },
  {
    name: "verify-email-done",
    open: async ({ page }, service) => {
      const { email } = await service.register();
      await page.goto(await service.linkTo(email, "verify-email"));
      await page.getByRole("main").getByRole("button").click();
    },
  },
  { name: "verify-email-dead-link", open: ({ page }) => page.goto("/verify-email?token=none") },
  { name: "reset-password", open: ({ page }, service) => openReset(page, service) },
  {
    name: "reset-password-refused",
    open: async ({ page }, service) => {
      await openReset(page, service);
      await page.locator("input[name=newPassword]").fill("password");
      await page.getByRole("main").getByRole("button").last().click();
    },
  },
  { name: "reset-password-dead-link", open: ({ page }) => page.goto("/reset-password?token=none") },
  { name: "mailbox-empty", open: ({ page }) => page.goto("/dev/mailbox?to=nobody@example.com") },
  {
    name: "mailbox",
    open: async ({ page }, service) => {
      const { email } = await service.member();
      await page.goto(`/dev/mailbox?to=${email}`);
    },
  },
  {
    name: "mailbox-text",
    open: async ({ page }, service) => {
      const { email } = await service.member();
      await page.goto(`/dev/mailbox?to=${email}`);
      await page.getByRole("navigation", { name: "Messages" }).getByRole("link").first().click();
      await page.getByRole("link", { name: "Plain text" }).click();
    },
  },
];

async function openReset(page: Visitor["page"], service: ServiceApi) {
  const { email } = await service.member();
  await service.post("/forgot-password", { email });
  await page.goto(await service.linkTo(email, "reset-password"));
}
