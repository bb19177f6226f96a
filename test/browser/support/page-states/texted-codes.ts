import { newPhoneNumber, PASSWORD, type ServiceApi } from "../service.ts";
import type { Visitor } from "../visitor.ts";
import { type Credentials, forgetSession, openOnKnownDevice, type PageState, type } from "./steps.ts";

const TWO_STEP = "/account/two-step";

/** Has sign-ins ask for a texted code. */
async function addTextedCode(visitor: Visitor, service: ServiceApi): Promise<Credentials> {
  const { page } = visitor;
  const credentials = await openOnKnownDevice(visitor, service, "/account/phone");
  const phone = newPhoneNumber();
  const requestedAt = Date.now();
  await type(page, { phone });
  await type(page, { code: await service.codeTextedTo(phone, requestedAt) });
  await page.goto(TWO_STEP);
  await page.locator("form:has([value=sms-on]) button").click();
  await page.locator("form:has([value=sms-off])").waitFor();
  return credentials;
}

/** Pages of the texted code as second factor. */
export const TEXTED_CODES: readonly PageState[] = [
  { name: "account-two-step-texted", page: TWO_STEP, open: addTextedCode },
  {
    name: "account-confirm-texted",
    page: "/account/confirm",
    open: async (visitor, service) => {
      await addTextedCode(visitor, service);
      await visitor.page.goto("/account/confirm?factor=sms_otp");
      await type(visitor.page, { password: PASSWORD });
      await visitor.page.locator("[name=code]").waitFor();
    },
  },
  {
    name: "sign-in-code-texted",
    page: "/sign-in/code",
    open: async (visitor, service) => {
      const credentials = await addTextedCode(visitor, service);
      await forgetSession(visitor);
      await visitor.page.goto("/sign-in");
      await type(visitor.page, credentials);
      await visitor.page.waitForURL("**/sign-in/code");
      await visitor.page
        .locator("form:has([name=code]) [name=factor][value=sms_otp]")
        .waitFor({ state: "attached" });
    },
  },
];
