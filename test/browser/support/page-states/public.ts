import { PASSWORD, type ServiceApi } from "../service.ts";
import type { Visitor } from "../visitor.ts";
import { requestRemoval } from "./admin.ts";
import { at, openOwn, type PageState, send, type } from "./steps.ts";

async function openLink({ page }: Visitor, service: ServiceApi, kind: "verify-email" | "reset-password") {
  const { email } = kind === "verify-email" ? await service.register() : await service.member();
  if (kind === "reset-password") await service.post("/forgot-password", { email });
  await page.goto(await service.linkTo(email, kind));
}

async function signUp({ page }: Visitor, email: string): Promise<void> {
  await page.goto("/sign-up");
  await type(page, { name: "Ada", email, password: PASSWORD });
}

/** Opens the code page of an account with the second factor enabled. */
async function openCode({ page }: Visitor, service: ServiceApi, address?: string): Promise<void> {
  const { email } = await service.memberWithSecondFactor(address);
  await page.goto("/sign-in");
  await type(page, { email, password: PASSWORD });
  await page.locator("[name=code]").waitFor();
}

/** Opens the mailed link that cancels the removal of a user's factors. */
async function openCancellation(visitor: Visitor, service: ServiceApi): Promise<void> {
  const { email } = await service.memberWithSecondFactor();
  await requestRemoval(visitor, service, email);
  await visitor.page.goto(await service.linkTo(email, "cancel-factor-removal"));
}

/** Has a code mailed, and opens the page that takes it. */
async function requestEmailCode({ page }: Visitor, email: string): Promise<void> {
  await page.goto("/sign-in");
  await page.locator("main [name=email]").fill(email);
  await page.locator("main button[name=act][value=code]").click();
  await page.waitForURL("**/sign-in/email-code**");
}

/** Public pages. */
export const PUBLIC: readonly PageState[] = [
  { name: "sign-in", page: "/sign-in", open: at("/sign-in") },
  {
    name: "sign-in-refused",
    page: "/sign-in",
    open: async ({ page }) => {
      await page.goto("/sign-in");
      await type(page, { email: "unknown@example.com", password: PASSWORD });
    },
  },
  {
    name: "sign-in-invalid",
    page: "/sign-in",
    open: async ({ page }) => {
      await page.goto("/sign-in");
      await page
        .locator("main form")
        .first()
        .evaluate((form: HTMLFormElement) => form.setAttribute("novalidate", ""));
      await send(page);
    },
  },
  { name: "cancel-factor-removal", page: "/cancel-factor-removal", open: openCancellation },
  {
    name: "sign-in-code",
    page: "/sign-in/code",
    open: (visitor, service) => openCode(visitor, service),
  },
  {
    name: "sign-in-code-long",
    page: "/sign-in/code",
    open: (visitor, service) => openCode(visitor, service, service.longAddress()),
  },
  {
    name: "sign-in-code-wrong",
    page: "/sign-in/code",
    open: async (visitor, service) => {
      await openCode(visitor, service);
      await type(visitor.page, { code: "000000" });
    },
  },
  {
    name: "sign-in-email-code",
    page: "/sign-in/email-code",
    open: (visitor, service) => requestEmailCode(visitor, service.newAddress()),
  },
  {
    name: "sign-in-email-code-long",
    page: "/sign-in/email-code",
    open: (visitor, service) => requestEmailCode(visitor, service.longAddress()),
  },
  {
    name: "sign-in-email-code-wrong",
    page: "/sign-in/email-code",
    open: async (visitor, service) => {
      await requestEmailCode(visitor, service.newAddress());
      await type(visitor.page, { code: "000000" });
    },
  },
  { name: "sign-up", page: "/sign-up", open: at("/sign-up") },
  {
    name: "sign-up-refused",
    page: "/sign-up",
    open: async ({ page }) => {
      await page.goto("/sign-up");
      await type(page, { name: "Ada", email: "ada@example.com", password: "password" });
    },
  },
  {
    name: "sign-up-check-your-mail",
    page: "/sign-up/check-your-mail",
    open: (visitor, service) => signUp(visitor, service.newAddress()),
  },
  {
    name: "sign-up-check-your-mail-long",
    page: "/sign-up/check-your-mail",
    open: (visitor, service) => signUp(visitor, service.longAddress()),
  },
  {
    name: "verify-email",
    page: "/verify-email",
    open: (visitor, service) => openLink(visitor, service, "verify-email"),
  },
  {
    name: "verify-email-done",
    page: "/sign-in",
    open: async (visitor, service) => {
      await openLink(visitor, service, "verify-email");
      await send(visitor.page);
    },
  },
  { name: "verify-email-dead-link", page: "/verify-email", open: at("/verify-email?token=none") },
  { name: "forgot-password", page: "/forgot-password", open: at("/forgot-password") },
  {
    name: "forgot-password-sent",
    page: "/forgot-password",
    open: async ({ page }) => {
      await page.goto("/forgot-password");
      await type(page, { email: "ada@example.com" });
    },
  },
  {
    name: "reset-password",
    page: "/reset-password",
    open: (visitor, service) => openLink(visitor, service, "reset-password"),
  },
  {
    name: "reset-password-refused",
    page: "/reset-password",
    open: async (visitor, service) => {
      await openLink(visitor, service, "reset-password");
      await type(visitor.page, { newPassword: "password" });
    },
  },
  { name: "reset-password-dead-link", page: "/reset-password", open: at("/reset-password?token=none") },
  { name: "sign-in-invalid-return-target", page: "/sign-in", open: at("/sign-in?state=a%20b") },
  { name: "sign-out", page: "/sign-out", open: at("/sign-out") },
  { name: "not-found", page: null, open: at("/nothing-here") },
  { name: "access-denied", page: null, open: openOwn("/admin/users") },
];
