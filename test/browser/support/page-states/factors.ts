import { Secret, TOTP } from "otpauth";
import { PASSWORD, type ServiceApi } from "../service.ts";
import { addVirtualAuthenticator } from "../virtual-authenticator.ts";
import type { Visitor } from "../visitor.ts";
import {
  type Credentials,
  forgetSession,
  openOnKnownDevice,
  openOwn,
  type PageState,
  send,
  type,
  WRONG_PASSWORD,
} from "./steps.ts";

const TWO_STEP = "/account/two-step";
const AUTHENTICATOR = "/account/two-step/authenticator";

/** Adds an authenticator with a name. The page of the recovery codes follows. */
async function addAuthenticator(visitor: Visitor, service: ServiceApi): Promise<Credentials> {
  const credentials = await openOnKnownDevice(visitor, service, AUTHENTICATOR);
  const secret = (await visitor.page.locator("#secret").inputValue()).replaceAll(" ", "");
  await type(visitor.page, {
    factorLabel: "Phone",
    code: new TOTP({ secret: Secret.fromBase32(secret) }).generate(),
  });
  await visitor.page.waitForURL("**/account/two-step/recovery-codes");
  return credentials;
}

/** Creates a passkey, and opens the list. */
async function addPasskey({ page }: Visitor): Promise<void> {
  const authenticator = await addVirtualAuthenticator(page, { answersAtOnce: true });
  await page.goto("/account/passkeys");
  await page.locator("[data-passkey=create] button").click();
  await page.locator("main li a").waitFor();
  await authenticator.end();
}

const openPasskey: PageState["open"] = async (visitor, service) => {
  await openOnKnownDevice(visitor, service, "/account");
  await addPasskey(visitor);
  await visitor.page.locator("main li a").click();
  await visitor.page.locator("[name=factorLabel]").waitFor();
};

/** Adds every second factor but the text message. */
async function addAllFactors(visitor: Visitor, service: ServiceApi): Promise<Credentials> {
  const { page } = visitor;
  const credentials = await addAuthenticator(visitor, service);
  await send(page);
  await page.locator("#codes").waitFor();
  await page.goto(TWO_STEP);
  await page.locator("form:has([value=email-on]) button").click();
  await page.locator("form:has([value=email-off])").waitFor();
  await addPasskey(visitor);
  await page.locator("main li a").click();
  await page.locator("form:has([value=ask]) button").click();
  await page.locator("main li .good").waitFor();
  return credentials;
}

/** Opens the second factor of a sign-in of a user with every factor. */
const openFactorChoice =
  (search = ""): PageState["open"] =>
  async (visitor, service) => {
    const credentials = await addAllFactors(visitor, service);
    await forgetSession(visitor);
    await visitor.page.goto("/sign-in");
    await type(visitor.page, credentials);
    await visitor.page.waitForURL("**/sign-in/code");
    if (search !== "") await visitor.page.goto(`/sign-in/code${search}`);
  };

/** Pages of the second factors and of the passkeys. */
export const FACTORS: readonly PageState[] = [
  { name: "account-two-step", page: TWO_STEP, open: openOwn(TWO_STEP) },
  {
    name: "account-two-step-listed",
    page: TWO_STEP,
    open: async (visitor, service) => {
      await addAllFactors(visitor, service);
      await visitor.page.goto(TWO_STEP);
    },
  },
  {
    name: "account-authenticator",
    page: AUTHENTICATOR,
    open: (visitor, service) => openOnKnownDevice(visitor, service, AUTHENTICATOR),
  },
  {
    name: "account-authenticator-refused",
    page: AUTHENTICATOR,
    open: async (visitor, service) => {
      await openOnKnownDevice(visitor, service, AUTHENTICATOR);
      await type(visitor.page, { code: "000000" });
    },
  },
  {
    name: "account-authenticator-managed",
    page: "/account/two-step/factors/:id",
    open: async (visitor, service) => {
      await addAuthenticator(visitor, service);
      await visitor.page.goto(TWO_STEP);
      await visitor.page.locator("a.row").first().click();
      await visitor.page.locator("[name=factorLabel]").waitFor();
    },
  },
  {
    name: "account-recovery-codes",
    page: "/account/two-step/recovery-codes",
    open: addAuthenticator,
  },
  {
    name: "account-recovery-codes-created",
    page: "/account/two-step/recovery-codes",
    open: async (visitor, service) => {
      await addAuthenticator(visitor, service);
      await send(visitor.page);
      await visitor.page.locator("#codes").waitFor();
    },
  },
  { name: "account-confirm", page: "/account/confirm", open: openOwn("/account/confirm") },
  {
    name: "account-confirm-refused",
    page: "/account/confirm",
    open: async (visitor, service) => {
      await openOwn("/account/confirm?factor=password")(visitor, service);
      await type(visitor.page, { password: WRONG_PASSWORD });
    },
  },
  {
    name: "account-confirm-mailed",
    page: "/account/confirm",
    open: openOwn("/account/confirm?factor=email_otp"),
  },
  {
    name: "account-confirm-code",
    page: "/account/confirm",
    open: async (visitor, service) => {
      await openOnKnownDevice(visitor, service, TWO_STEP);
      await send(visitor.page);
      await visitor.page.goto("/account/confirm");
      await type(visitor.page, { password: PASSWORD });
      await visitor.page.locator("[name=code]").waitFor();
    },
  },
  {
    name: "account-confirm-choice",
    page: "/account/confirm",
    open: async (visitor, service) => {
      await addAllFactors(visitor, service);
      await visitor.page.goto("/account/confirm");
    },
  },
  {
    name: "account-confirm-passkey",
    page: "/account/confirm",
    open: async (visitor, service) => {
      await addAllFactors(visitor, service);
      await visitor.page.goto("/account/confirm?factor=passkey");
    },
  },
  { name: "account-passkeys", page: "/account/passkeys", open: openOwn("/account/passkeys") },
  {
    name: "account-passkeys-listed",
    page: "/account/passkeys",
    open: async (visitor, service) => {
      await openOnKnownDevice(visitor, service, "/account");
      await addPasskey(visitor);
    },
  },
  { name: "account-passkey", page: "/account/passkeys/:id", open: openPasskey },
  { name: "sign-in-code-choice", page: "/sign-in/code", open: openFactorChoice() },
  { name: "sign-in-code-passkey", page: "/sign-in/code", open: openFactorChoice("?factor=passkey") },
  {
    name: "sign-in-code-recovery",
    page: "/sign-in/code",
    open: openFactorChoice("?factor=recovery_code"),
  },
];
