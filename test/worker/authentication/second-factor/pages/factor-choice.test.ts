import { describe, expect, it } from "vitest";
import {
  ALL_FACTORS,
  ALL_KINDS,
  ANSWERS,
  ASSERTION,
  enableFactor,
  storeRecoveryCode,
  storeVerifiedPhone,
} from "../../../../support/factors.ts";
import { mailedCodeTo, newPhoneNumber, smsCodeTo } from "../../../../support/one-time-codes.ts";
import { headingOf, openPageBrowser } from "../../../../support/pages.ts";
import { createTestClock, startService } from "../../../../support/service.ts";
import { mailTo, PASSWORD, registerVerifiedUser } from "../../../../support/users.ts";

const service = startService({
  clock: createTestClock(),
  env: { SECOND_FACTORS: ALL_KINDS },
  secondFactors: ALL_FACTORS,
});

/** A browser at the code page of a user with these factors. */
async function atCodePage(
  kinds: readonly Parameters<typeof enableFactor>[1][],
  { returnTo = "", language = "en" } = {},
) {
  const { email } = await registerVerifiedUser(service);
  const phone = newPhoneNumber();
  await storeVerifiedPhone(email, phone);
  for (const kind of kinds) await enableFactor(email, kind);
  await storeRecoveryCode(email);
  const browser = openPageBrowser(service, { language });
  const signIn = await browser.visit(`/sign-in${returnTo && `?returnTo=${encodeURIComponent(returnTo)}`}`);
  const page = await browser.submit(signIn, { email, password: PASSWORD });
  return { email, phone, browser, page };
}

const isSignedIn = (browser: { jar: Map<string, string> }) => browser.jar.has("__Host-gh_access");

/** The links to the other factors of a page. */
const linksIn = (text: string) =>
  [...text.matchAll(/href="(\/sign-in\/code\?factor=[^"]+)"/g)].map(([, path = ""]) =>
    path.replaceAll("&amp;", "&"),
  );

describe("the page of the second factor", () => {
  it("shows the default factor, and leads to the others without a script", async () => {
    const { browser, page } = await atCodePage(["totp", "passkey", "sms_otp", "email_otp"]);
    expect(headingOf(page)).toBe("Enter your authenticator code");
    expect(linksIn(page.text)).toEqual([
      "/sign-in/code?factor=passkey",
      "/sign-in/code?factor=recovery_code",
    ]);
    expect(page.text).toContain("Get a code by email");
    expect(page.text).toContain("Get a code by text message");
    const recovery = await browser.visit("/sign-in/code?factor=recovery_code");
    expect(headingOf(recovery)).toBe("Enter a recovery code");
    expect(isSignedIn(browser)).toBe(false);
    await browser.submit(recovery, { code: ANSWERS.recovery_code });
    expect(isSignedIn(browser)).toBe(true);
  });

  it("sends a code by mail or SMS, and verifies it", async () => {
    const { email, browser, page } = await atCodePage(["totp", "sms_otp", "email_otp"]);
    expect(await mailTo(service, email)).toEqual([]);
    const mailed = await browser.submit(page, { factor: "email_otp" }, "send");
    expect([mailed.path, headingOf(mailed)]).toEqual(["/sign-in/code?factor=email_otp", "Check your email"]);
    expect((await browser.submit(mailed, { code: await mailedCodeTo(service, email) })).path).toBe(
      "/account",
    );
    expect(isSignedIn(browser)).toBe(true);
    const other = await atCodePage(["totp", "sms_otp"]);
    const texted = await other.browser.submit(other.page, { factor: "sms_otp" }, "send");
    expect(headingOf(texted)).toBe("Check your phone");
    await other.browser.submit(texted, { code: await smsCodeTo(service, other.phone) });
    expect(isSignedIn(other.browser)).toBe(true);
  });

  it("keeps the chosen factor and the return target after a wrong code", async () => {
    const returnTo = "/account/sessions";
    const { browser, page } = await atCodePage(["passkey", "totp"], { returnTo });
    const [passkey = ""] = linksIn(page.text);
    expect(passkey).toBe(`/sign-in/code?factor=passkey&returnTo=${encodeURIComponent(returnTo)}`);
    const back = linksIn((await browser.visit(passkey)).text).find((path) => path.includes("totp")) ?? "";
    const wrong = await browser.submit(await browser.visit(back), { code: "000000" });
    expect([wrong.status, headingOf(wrong)]).toEqual([400, "Enter your authenticator code"]);
    expect((await browser.submit(wrong, { code: ANSWERS.totp })).path).toBe(returnTo);
  });

  it("has a form for the script of the passkeys, which takes the assertion as JSON", async () => {
    const { browser, page } = await atCodePage(["passkey"]);
    expect(headingOf(page)).toBe("Verify with your passkey");
    expect(page.text).toContain('data-passkey="second-factor"');
    for (const assertion of ["", "no json", "null", "7", JSON.stringify({ id: "another" })]) {
      const refused = await browser.submit(page, { assertion });
      expect([refused.status, headingOf(refused)]).toEqual([400, "Verify with your passkey"]);
      expect(refused.text).toContain("The passkey did not verify this sign-in.");
    }
    await browser.submit(page, { assertion: JSON.stringify(ASSERTION) });
    expect(isSignedIn(browser)).toBe(true);
  });

  it("ignores a factor in its address that the challenge does not offer", async () => {
    const { browser } = await atCodePage(["totp"]);
    for (const factor of ["email_otp", "passkey", "x", ""])
      expect(headingOf(await browser.visit(`/sign-in/code?factor=${factor}`))).toBe(
        "Enter your authenticator code",
      );
  });

  it("shows the form of a mailed code for a challenge that has expired", async () => {
    const { browser } = await atCodePage(["totp"]);
    service.clock.advance(600_000);
    const page = await browser.visit("/sign-in/code");
    expect(headingOf(page)).toBe("Check your email");
    expect(linksIn(page.text)).toEqual([]);
  });

  it("is in German, too", async () => {
    const { page } = await atCodePage(["totp", "passkey"], { language: "de" });
    expect(headingOf(page)).toBe("Code der Authenticator-App eingeben");
    expect(page.text).toContain("Anders bestätigen");
    expect(page.text).toContain("Auf diesem Gerät 30 Tage lang nicht mehr fragen");
  });
});
