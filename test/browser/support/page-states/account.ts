import { photoWithGps } from "../../../support/images.ts";
import { LONG_NAME, PASSWORD, type ServiceApi } from "../service.ts";
import type { Visitor } from "../visitor.ts";
import { requestRemoval } from "./admin.ts";
import {
  openAs,
  openOnKnownDevice,
  openOwn,
  openSignedIn,
  openUnshared,
  type PageState,
  send,
  startDevice,
  type,
  WRONG_PASSWORD,
} from "./steps.ts";

/** Opens a page of an account with a long name and address. */
const openWithLongNames = openAs((service) => service.member(service.longAddress(), LONG_NAME));

/** Chooses a photo, which the page then shows in a square. */
const choosePhoto: PageState["open"] = async (visitor, service) => {
  await openOwn("/account/picture")(visitor, service);
  const buffer = Buffer.from(photoWithGps().bytes);
  await visitor.page
    .locator("input[type=file]")
    .setInputFiles({ name: "photo.jpg", mimeType: "image/jpeg", buffer });
  await visitor.page.locator(".crop canvas").waitFor();
};

/** Creates an API key with one permission, and opens the page that shows it. */
const createKey: PageState["open"] = async (visitor, service) => {
  await openUnshared("/account/keys")(visitor, service);
  await visitor.page.getByRole("checkbox").first().check();
  await type(visitor.page, { keyName: "Backup script" });
  await visitor.page.locator("#key").waitFor();
};

/** Opens a page of a user whose factors an admin is about to remove. */
async function openOwnRemoval(visitor: Visitor, service: ServiceApi, path: string): Promise<void> {
  const user = await openOnKnownDevice(visitor, service, "/account/two-step");
  await send(visitor.page);
  await requestRemoval(visitor, service, user.email);
  await openSignedIn(visitor, path, user);
}

/** Pages for signed-in users. */
export const ACCOUNT: readonly PageState[] = [
  { name: "account", page: "/account", open: openOwn("/account") },
  { name: "account-long", page: "/account", open: openWithLongNames("/account") },
  { name: "account-complete", page: "/account/complete", open: openOwn("/account/complete") },
  { name: "account-profile", page: "/account/profile", open: openOwn("/account/profile") },
  {
    name: "account-profile-refused",
    page: "/account/profile",
    open: async (visitor, service) => {
      await openOwn("/account/profile")(visitor, service);
      await type(visitor.page, { username: "-", age: "500" });
    },
  },
  { name: "account-picture", page: "/account/picture", open: openOwn("/account/picture") },
  { name: "account-picture-crop", page: "/account/picture", open: choosePhoto },
  {
    name: "account-picture-set",
    page: "/account",
    open: async (visitor, service) => {
      await openUnshared("/account/picture")(visitor, service);
      const buffer = Buffer.from(PIXEL, "base64");
      await visitor.page
        .locator("[name=image]")
        .setInputFiles({ name: "ada.png", mimeType: "image/png", buffer });
      await send(visitor.page);
      await visitor.page.waitForURL("**/account");
    },
  },
  { name: "account-email", page: "/account/email", open: openOwn("/account/email") },
  { name: "account-email-long", page: "/account/email", open: openWithLongNames("/account/email") },
  {
    name: "account-email-refused",
    page: "/account/email",
    open: async (visitor, service) => {
      await openOwn("/account/email")(visitor, service);
      await type(visitor.page, { newEmail: "ada@example.com", password: WRONG_PASSWORD });
    },
  },
  { name: "account-password", page: "/account/password", open: openOwn("/account/password") },
  {
    name: "account-password-refused",
    page: "/account/password",
    open: async (visitor, service) => {
      await openOwn("/account/password")(visitor, service);
      await type(visitor.page, { currentPassword: WRONG_PASSWORD, newPassword: PASSWORD });
    },
  },
  {
    name: "account-factor-removal",
    page: "/account/factor-removal",
    open: async (visitor, service) => openOwnRemoval(visitor, service, "/account/factor-removal"),
  },
  {
    name: "account-factor-removal-banner",
    page: "/account",
    open: async (visitor, service) => openOwnRemoval(visitor, service, "/account"),
  },
  { name: "account-linked", page: "/account/linked", open: openOwn("/account/linked") },
  { name: "account-phone", page: "/account/phone", open: openOwn("/account/phone") },
  {
    name: "account-phone-code",
    page: "/account/phone/code",
    open: async (visitor, service) => {
      await openUnshared("/account/phone")(visitor, service);
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
      await openSignedIn(visitor, "/account/sessions", { email, password: PASSWORD });
    },
  },
  { name: "account-devices", page: "/account/devices", open: openOwn("/account/devices") },
  { name: "account-keys", page: "/account/keys", open: openOwn("/account/keys") },
  {
    name: "account-keys-created",
    page: "/account/keys",
    open: createKey,
  },
  {
    name: "account-keys-listed",
    page: "/account/keys",
    open: async (visitor, service) => {
      await createKey(visitor, service);
      await visitor.page.goto("/account/keys");
    },
  },
  { name: "account-deactivate", page: "/account/deactivate", open: openOwn("/account/deactivate") },
  { name: "account-deletion", page: "/account/deletion", open: openOwn("/account/deletion") },
  {
    name: "account-deletion-pending",
    page: "/account/deletion",
    open: async (visitor, service) => {
      const { email } = await service.member();
      await openSignedIn(visitor, "/account/deletion", { email, password: PASSWORD });
      await visitor.page.locator("main form button.bad").click();
      await visitor.page.getByRole("dialog").getByRole("button").last().click();
      await visitor.page.waitForURL("**/sign-in");
      await type(visitor.page, { email, password: PASSWORD });
      await visitor.page.waitForURL("**/account/deletion?*");
    },
  },
  { name: "account-export", page: "/account/export", open: openOwn("/account/export") },
  { name: "device", page: "/device", open: openOwn("/device") },
  { name: "device-linked", page: "/device", open: openOwn("/device?user_code=BCDF-GHJK") },
  {
    name: "device-refused",
    page: "/device",
    open: async (visitor, service) => {
      await openUnshared("/device")(visitor, service);
      await type(visitor.page, { userCode: "BCDF-GHJK" });
    },
  },
  {
    name: "device-confirm",
    page: "/device/confirm",
    open: async (visitor, service) => {
      const userCode = await startDevice(visitor, service);
      await openOwn("/device")(visitor, service);
      await type(visitor.page, { userCode });
    },
  },
];

/** A black pixel, as a PNG. */
const PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNgAAAAAgABSK+kcQAAAABJRU5ErkJggg==";
