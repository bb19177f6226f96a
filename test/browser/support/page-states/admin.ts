import { LONG_NAME, PASSWORD, type ServiceApi } from "../service.ts";
import type { Visitor } from "../visitor.ts";
import { openSignedIn, type PageState, type, WRONG_PASSWORD } from "./steps.ts";

/** Opens a page as the superuser. */
const asAdmin = (path: string) => (visitor: Visitor, service: ServiceApi) =>
  openSignedIn(visitor, path, service.superuser);

/** Opens a user's page by the search. */
async function openUser(visitor: Visitor, service: ServiceApi): Promise<void> {
  const { email } = await service.sharedMember();
  await service.post("/login", { email, password: PASSWORD });
  await findUser(visitor, service, email);
}

/** Opens the page of a user who is locked out after failed sign-ins. */
async function openLockedUser(visitor: Visitor, service: ServiceApi): Promise<void> {
  const { email } = await service.member();
  for (let guess = 0; guess < 10; guess++) {
    await service.post("/login", { email, password: WRONG_PASSWORD }).catch(() => "rejected as expected");
  }
  await findUser(visitor, service, email);
}

const search = (visitor: Visitor, service: ServiceApi, email: string) =>
  asAdmin(`/admin/users?search=${encodeURIComponent(email)}`)(visitor, service);

export async function findUser(visitor: Visitor, service: ServiceApi, email: string): Promise<void> {
  await search(visitor, service, email);
  await visitor.page.getByRole("main").getByRole("listitem").getByRole("link").click();
  await visitor.page.waitForURL("**/admin/users/*");
}

/** Requests the removal of a user's factors on their page. */
export async function requestRemoval(visitor: Visitor, service: ServiceApi, email: string): Promise<void> {
  await findUser(visitor, service, email);
  await visitor.page.locator("form:has([value=removeFactors]) button").click();
  await visitor.page.getByRole("dialog").getByRole("button").last().click();
  await visitor.page.locator("form:has([value=cancelFactorRemoval])").waitFor();
}

const CALLBACK = "https://app.example.com/a/long/path/to/the/callback/of/the/application";

/** Registers an application by the form. The secret is shown. */
async function createApplication(visitor: Visitor, service: ServiceApi): Promise<void> {
  await asAdmin("/admin/applications/new")(visitor, service);
  await visitor.page.locator("[name=clientName]").fill(LONG_NAME);
  await visitor.page.locator("[name=redirectUris]").fill(CALLBACK);
  await visitor.page.locator("main button.main").click();
  await visitor.page.locator("main code").first().waitFor();
}

async function openApplication(visitor: Visitor, service: ServiceApi): Promise<void> {
  await createApplication(visitor, service);
  await visitor.page.locator("main a.button").click();
  await visitor.page.locator("form:has([value=rotate])").waitFor();
}

/** Opens the metadata forms of a user. */
async function openMetadata(visitor: Visitor, service: ServiceApi): Promise<void> {
  await openUser(visitor, service);
  await visitor.page.locator("main a[href*='/metadata?']").click();
  await visitor.page.waitForURL("**/metadata?*");
}

async function submitMetadata({ page }: Visitor, json: string): Promise<void> {
  await page.locator("[name=publicMetadata]").fill(json);
  await page.locator("main form").first().locator("button[type=submit]").click();
}

/** Pages for admins. */
export const ADMIN: readonly PageState[] = [
  {
    name: "admin-users",
    page: "/admin/users",
    // Not all users: other test files run on the same service, and photos of theirs would weigh on the page.
    open: async (visitor, service) => {
      await search(visitor, service, await service.sharedCrowd());
      await visitor.page.locator("main a[href*='cursor=']").waitFor();
    },
  },
  { name: "admin-users-none", page: "/admin/users", open: asAdmin("/admin/users?search=no-such-user") },
  {
    name: "admin-users-long",
    page: "/admin/users",
    open: async (visitor, service) => {
      const { email } = await service.unverifiedMember(service.longAddress(), LONG_NAME);
      await search(visitor, service, email);
    },
  },
  { name: "admin-user", page: "/admin/users/:id", open: openUser },
  {
    name: "admin-user-long",
    page: "/admin/users/:id",
    open: async (visitor, service) => {
      const { email } = await service.unverifiedMember(service.longAddress(), LONG_NAME);
      await findUser(visitor, service, email);
    },
  },
  {
    name: "admin-user-deactivated",
    page: "/admin/users/:id",
    open: async (visitor, service) => {
      const { email } = await service.member();
      await findUser(visitor, service, email);
      await visitor.page.locator("form:has([value=deactivate]) button").click();
      await visitor.page.getByRole("dialog").getByRole("button").last().click();
      await visitor.page.locator("form:has([value=activate])").waitFor();
    },
  },
  {
    name: "admin-user-factor-removal",
    page: "/admin/users/:id",
    open: async (visitor, service) => {
      const { email } = await service.memberWithSecondFactor();
      await requestRemoval(visitor, service, email);
    },
  },
  { name: "admin-user-locked", page: "/admin/users/:id", open: openLockedUser },
  {
    name: "admin-user-confirm",
    page: "/admin/users/:id",
    open: async (visitor, service) => {
      await openUser(visitor, service);
      await visitor.page.locator("form:has([value=deactivate]) button").click();
      await visitor.page.getByRole("dialog").waitFor();
    },
  },
  {
    name: "admin-user-role",
    page: "/admin/users/:id",
    open: async (visitor, service) => {
      await openUser(visitor, service);
      await visitor.page.locator("[name=role]").selectOption("superuser");
      await visitor.page.locator("form:has([value=setRole]) button").click();
      await visitor.page.locator("main form:has([value=setRole]) a.button").waitFor();
    },
  },
  {
    name: "admin-user-profile",
    page: "/admin/users/:id/profile",
    open: async (visitor, service) => {
      await openUser(visitor, service);
      await visitor.page.locator("main a[href*='/profile?']").click();
      await visitor.page.waitForURL("**/profile?*");
    },
  },
  {
    name: "admin-user-metadata",
    page: "/admin/users/:id/metadata",
    open: (visitor, service) => openMetadata(visitor, service),
  },
  {
    name: "admin-user-metadata-refused",
    page: "/admin/users/:id/metadata",
    open: async (visitor, service) => {
      await openMetadata(visitor, service);
      await submitMetadata(visitor, "{ plan: pro }");
      await visitor.page.locator("textarea[aria-invalid]").waitFor();
    },
  },
  {
    name: "admin-user-metadata-filled",
    page: "/admin/users/:id",
    open: async (visitor, service) => {
      await openMetadata(visitor, service);
      await submitMetadata(visitor, JSON.stringify({ plan: "pro", note: "x".repeat(200), seats: [1, 2] }));
      await visitor.page.locator("main pre").waitFor();
    },
  },
  { name: "admin-invite", page: "/admin/invite", open: asAdmin("/admin/invite") },
  {
    name: "admin-invite-refused",
    page: "/admin/invite",
    open: async (visitor, service) => {
      await asAdmin("/admin/invite")(visitor, service);
      await type(visitor.page, { name: "Ada", email: service.superuser.email });
    },
  },
  { name: "admin-audit", page: "/admin/audit", open: asAdmin("/admin/audit") },
  {
    name: "admin-audit-filtered",
    page: "/admin/audit",
    open: asAdmin("/admin/audit?user=ada&from=2026-01-01&to=2026-12-31"),
  },
  { name: "admin-mail", page: "/admin/mail", open: asAdmin("/admin/mail") },
  {
    name: "admin-applications",
    page: "/admin/applications",
    open: async (visitor, service) => {
      await createApplication(visitor, service);
      await visitor.page.goto(new URL("/admin/applications", visitor.page.url()).href);
    },
  },
  {
    name: "admin-application-new",
    page: "/admin/applications/new",
    open: asAdmin("/admin/applications/new"),
  },
  {
    name: "admin-application-refused",
    page: "/admin/applications/new",
    open: async (visitor, service) => {
      await asAdmin("/admin/applications/new")(visitor, service);
      await visitor.page.locator("[name=clientName]").fill("Notes");
      await visitor.page.locator("[name=redirectUris]").fill("http://app.example.com/");
      await visitor.page.locator("main button.main").click();
      await visitor.page.locator("#redirectUris-problem").waitFor();
    },
  },
  { name: "admin-application-secret", page: "/admin/applications/new", open: createApplication },
  { name: "admin-application", page: "/admin/applications/:id", open: openApplication },
  {
    name: "admin-application-delete",
    page: "/admin/applications/:id",
    open: async (visitor, service) => {
      await openApplication(visitor, service);
      await visitor.page.locator("form:has([value=delete]) [name=sure]").check();
      await visitor.page.locator("form:has([value=delete]) button").click();
      await visitor.page.getByRole("dialog").waitFor();
    },
  },
];
