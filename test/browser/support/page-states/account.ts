import { LONG_NAME, PASSWORD, type ServiceApi } from "../service.ts";
import type { Visitor } from "../visitor.ts";
import { enter, type PageState, send, type, WRONG } from "./steps.ts";

/** Makes what brings that member, signed in, to a page. */
const pageOf =
  (member: (service: ServiceApi) => Promise<{ email: string }>) =>
  (path: string) =>
  async (visitor: Visitor, service: ServiceApi) => {
    const { email } = await member(service);
    await enter(visitor, path, { email, password: PASSWORD });
  };

/** A page of somebody's own account, which stays as it is. */
const own = pageOf((service) => service.anybody());

/** The same of an account that nobody else uses. */
const ownAlone = pageOf((service) => service.member());

/** The same of somebody whose name and address are long. */
const ownLong = pageOf((service) => service.member(service.longAddress(), LONG_NAME));

/** What whoever has signed in sees. */
export const ACCOUNT: readonly PageState[] = [
  { name: "account", page: "/account", open: own("/account") },
  { name: "account-long", page: "/account", open: ownLong("/account") },
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
      await ownAlone("/account/picture")(visitor, service);
      const buffer = Buffer.from(PIXEL, "base64");
      await visitor.page
        .locator("[name=image]")
        .setInputFiles({ name: "ada.png", mimeType: "image/png", buffer });
      await send(visitor.page);
      await visitor.page.waitForURL("**/account");
    },
  },
  { name: "account-email", page: "/account/email", open: own("/account/email") },
  { name: "account-email-long", page: "/account/email", open: ownLong("/account/email") },
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
      await ownAlone("/account/phone")(visitor, service);
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
