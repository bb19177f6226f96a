import type { Page } from "playwright-core";
import type { ShownPage } from "../../support/shown-pages.ts";
import { PASSWORD, type ServiceApi } from "./service.ts";
import type { Visitor } from "./visitor.ts";

/** A page in a state that it can be in: tests look at each, and `npm run screenshots` takes its picture. */
export type Showing = {
  /** Names its pictures. */
  readonly name: string;
  /** The page that it is a state of; null for what is none of the service's pages. */
  readonly page: ShownPage | null;
  /** Brings the visitor there, whatever the language. */
  readonly open: (visitor: Visitor, service: ServiceApi) => Promise<unknown>;
};

const at = (path: string) => (visitor: Visitor) => visitor.page.goto(path);

/** Presses the button of the page's first form, and waits for the page that comes of it. */
async function send(page: Page): Promise<void> {
  const loaded = page.waitForEvent("load");
  await page.locator("main form").first().getByRole("button").last().click();
  await loaded;
}

async function type(page: Page, fields: Readonly<Record<string, string>>): Promise<void> {
  for (const [name, value] of Object.entries(fields)) await page.locator(`main [name=${name}]`).fill(value);
  await send(page);
}

async function openLink({ page }: Visitor, service: ServiceApi, kind: "verify-email" | "reset-password") {
  const { email } = kind === "verify-email" ? await service.register() : await service.member();
  if (kind === "reset-password") await service.post("/forgot-password", { email });
  await page.goto(await service.linkTo(email, kind));
}

/** Somebody whose second step is on, as far as the password. */
async function openCode({ page }: Visitor, service: ServiceApi): Promise<void> {
  const { email } = await service.member();
  const { token } = await service.post("/login", { email, password: PASSWORD });
  await service.post("/me/otp", { enabled: true, password: PASSWORD }, token);
  await page.goto("/sign-in");
  await type(page, { email, password: PASSWORD });
  await page.locator("[name=code]").waitFor();
}

async function openMailbox({ page }: Visitor, service: ServiceApi): Promise<void> {
  const { email } = await service.member();
  await page.goto(`/dev/mailbox?to=${email}`);
}

/** Signs in, and goes straight on to a page. */
async function enter(
  { page }: Visitor,
  to: string,
  person: { email: string; password: string },
): Promise<void> {
  await page.goto(`/sign-in?returnTo=${encodeURIComponent(to)}`);
  await type(page, person);
  await page.waitForURL(`**${to}`);
}

/** A page of somebody's own account. */
const own = (path: string) => async (visitor: Visitor, service: ServiceApi) => {
  const { email } = await service.member();
  await enter(visitor, path, { email, password: PASSWORD });
};

/** What is open to everybody. */
const PUBLIC: readonly Showing[] = [
  { name: "sign-in", page: "/sign-in", open: at("/sign-in") },
  {
    name: "sign-in-refused",
    page: "/sign-in",
    open: async ({ page }) => {
      await page.goto("/sign-in");
      await type(page, { email: "nobody@example.com", password: PASSWORD });
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
  { name: "sign-in-code", page: "/sign-in/code", open: openCode },
  {
    name: "sign-in-code-wrong",
    page: "/sign-in/code",
    open: async (visitor, service) => {
      await openCode(visitor, service);
      await type(visitor.page, { code: "000000" });
    },
  },
  { name: "sign-up", page: "/sign-up", open: at("/sign-up") },
  {
    name: "sign-up-refused",
    page: "/sign-up",
    open: async ({ page }) => {
      await page.goto("/sign-up");
      await type(page, { name: "Ada", page: "/Ada", email: "ada@example.com", password: "password" });
    },
  },
  {
    name: "sign-up-check-your-mail",
    page: "/sign-up/check-your-mail",
    open: async ({ page }, service) => {
      await page.goto("/sign-up");
      await type(page, { name: "Ada", page: "/Ada", email: service.newAddress(), password: PASSWORD });
    },
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
  { name: "sign-in-no-way-back", page: "/sign-in", open: at("/sign-in?state=a%20b") },
  { name: "sign-out", page: "/sign-out", open: at("/sign-out") },
  { name: "not-found", page: null, open: at("/nothing-here") },
];

const WRONG = "not the password";

/** What whoever has signed in sees. */
const ACCOUNT: readonly Showing[] = [
  { name: "account", page: "/account", open: own("/account") },
  { name: "account-profile", page: "/account/profile", open: own("/account/profile") },
  {
    name: "account-profile-refused",
    page: "/account/profile",
    open: async (visitor, service) => {
      await own("/account/profile")(visitor, service);
      await type(visitor.page, { username: "-", age: "500" });
    },
  },
  { name: "account-picture", page: "/account/picture", open: own("/account/picture") },
  {
    name: "account-picture-set",
    page: "/account",
    open: async (visitor, service) => {
      await own("/account/picture")(visitor, service);
      const buffer = Buffer.from(PIXEL, "base64");
      await visitor.page
        .locator("[name=image]")
        .setInputFiles({ name: "ada.png", mimeType: "image/png", buffer });
      await send(visitor.page);
      await visitor.page.waitForURL("**/account");
    },
  },
  { name: "account-email", page: "/account/email", open: own("/account/email") },
  {
    name: "account-email-refused",
    page: "/account/email",
    open: async (visitor, service) => {
      await own("/account/email")(visitor, service);
      await type(visitor.page, { newEmail: "ada@example.com", password: WRONG });
    },
  },
  { name: "account-password", page: "/account/password", open: own("/account/password") },
  {
    name: "account-password-refused",
    page: "/account/password",
    open: async (visitor, service) => {
      await own("/account/password")(visitor, service);
      await type(visitor.page, { currentPassword: WRONG, newPassword: PASSWORD });
    },
  },
  { name: "account-second-step", page: "/account/second-step", open: own("/account/second-step") },
  { name: "account-linked", page: "/account/linked", open: own("/account/linked") },
  { name: "account-phone", page: "/account/phone", open: own("/account/phone") },
  {
    name: "account-phone-code",
    page: "/account/phone/code",
    open: async (visitor, service) => {
      await own("/account/phone")(visitor, service);
      await type(visitor.page, { phone: "+49 170 1234567" });
      await visitor.page.locator("[name=code]").waitFor();
    },
  },
  {
    name: "account-sessions",
    page: "/account/sessions",
    open: async (visitor, service) => {
      const { email } = await service.member();
      await service.post("/login", { email, password: PASSWORD });
      await enter(visitor, "/account/sessions", { email, password: PASSWORD });
    },
  },
  { name: "account-deactivate", page: "/account/deactivate", open: own("/account/deactivate") },
];

/** A black pixel, as a PNG. */
const PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNgAAAAAgABSK+kcQAAAABJRU5ErkJggg==";

/** A page for admins. */
const asAdmin = (path: string) => (visitor: Visitor, service: ServiceApi) =>
  enter(visitor, path, service.superuser);

/** One user's page, as the search finds it. */
async function openUser(visitor: Visitor, service: ServiceApi): Promise<void> {
  const { email } = await service.member();
  await service.post("/login", { email, password: PASSWORD });
  await findUser(visitor, service, email);
}

/** Of whose password somebody has guessed too often. */
async function openLockedUser(visitor: Visitor, service: ServiceApi): Promise<void> {
  const { email } = await service.member();
  for (let guess = 0; guess < 10; guess++) {
    await service.post("/login", { email, password: WRONG }).catch(() => "refused, as it has to be");
  }
  await findUser(visitor, service, email);
}

async function findUser(visitor: Visitor, service: ServiceApi, email: string): Promise<void> {
  await asAdmin("/admin/users")(visitor, service);
  await type(visitor.page, { search: email });
  await visitor.page.waitForURL("**search=*");
  await visitor.page.getByRole("main").getByRole("listitem").getByRole("link").click();
  await visitor.page.waitForURL("**/admin/users/*");
}

/** What admins see besides. */
const ADMIN: readonly Showing[] = [
  { name: "admin-users", page: "/admin/users", open: asAdmin("/admin/users") },
  { name: "admin-users-nobody", page: "/admin/users", open: asAdmin("/admin/users?search=nobody-at-all") },
  { name: "admin-user", page: "/admin/users/:id", open: openUser },
  {
    name: "admin-user-deactivated",
    page: "/admin/users/:id",
    open: async (visitor, service) => {
      await openUser(visitor, service);
      await visitor.page.locator("form:has([value=deactivate]) button").click();
      await visitor.page.getByRole("dialog").getByRole("button").last().click();
      await visitor.page.locator("form:has([value=activate])").waitFor();
    },
  },
  { name: "admin-user-locked", page: "/admin/users/:id", open: openLockedUser },
  {
    name: "admin-user-asked",
    page: "/admin/users/:id",
    open: async (visitor, service) => {
      await openUser(visitor, service);
      await visitor.page.locator("form:has([value=deactivate]) button").click();
      await visitor.page.getByRole("dialog").waitFor();
    },
  },
  {
    name: "admin-user-profile",
    page: "/admin/users/:id/profile",
    open: async (visitor, service) => {
      await openUser(visitor, service);
      await visitor.page.goto(`${visitor.page.url()}/profile`);
    },
  },
  { name: "admin-invite", page: "/admin/invite", open: asAdmin("/admin/invite") },
  {
    name: "admin-invite-refused",
    page: "/admin/invite",
    open: async (visitor, service) => {
      await asAdmin("/admin/invite")(visitor, service);
      await type(visitor.page, { name: "Ada", page: "/Ada", email: service.superuser.email });
    },
  },
  { name: "admin-audit", page: "/admin/audit", open: asAdmin("/admin/audit") },
  { name: "admin-mail", page: "/admin/mail", open: asAdmin("/admin/mail") },
];

const MAILBOX: readonly Showing[] = [
  { name: "mailbox-empty", page: null, open: at("/dev/mailbox?to=nobody@example.com") },
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

/** By who may see them; a test file each, so that they are looked at side by side. */
export const SHOWINGS = { public: PUBLIC, account: ACCOUNT, admin: ADMIN, mailbox: MAILBOX } satisfies Record<
  string,
  readonly Showing[]
>;
