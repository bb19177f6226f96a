import { LONG_NAME, PASSWORD, type ServiceApi } from "../service.ts";
import type { Visitor } from "../visitor.ts";
import { enter, type PageState, type, WRONG } from "./steps.ts";

/** A page for admins. */
const asAdmin = (path: string) => (visitor: Visitor, service: ServiceApi) =>
  enter(visitor, path, service.superuser);

/** One user's page, as the search finds it. */
async function openUser(visitor: Visitor, service: ServiceApi): Promise<void> {
  const { email } = await service.anybody();
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

const search = (visitor: Visitor, service: ServiceApi, email: string) =>
  asAdmin(`/admin/users?search=${encodeURIComponent(email)}`)(visitor, service);

async function findUser(visitor: Visitor, service: ServiceApi, email: string): Promise<void> {
  await search(visitor, service, email);
  await visitor.page.getByRole("main").getByRole("listitem").getByRole("link").click();
  await visitor.page.waitForURL("**/admin/users/*");
}

/** What admins see besides. */
export const ADMIN: readonly PageState[] = [
  { name: "admin-users", page: "/admin/users", open: asAdmin("/admin/users") },
  { name: "admin-users-nobody", page: "/admin/users", open: asAdmin("/admin/users?search=nobody-at-all") },
  {
    name: "admin-users-long",
    page: "/admin/users",
    open: async (visitor, service) => {
      const { email } = await service.register(service.longAddress(), LONG_NAME);
      await search(visitor, service, email);
    },
  },
  { name: "admin-user", page: "/admin/users/:id", open: openUser },
  {
    name: "admin-user-long",
    page: "/admin/users/:id",
    open: async (visitor, service) => {
      const { email } = await service.register(service.longAddress(), LONG_NAME);
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
      await visitor.page.locator("main a[href*='/profile?']").click();
      await visitor.page.waitForURL("**/profile?*");
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
  { name: "admin-mail", page: "/admin/mail", open: asAdmin("/admin/mail") },
];
