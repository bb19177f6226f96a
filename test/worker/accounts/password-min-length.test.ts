import { describe, expect, it } from "vitest";
import { openPageBrowser, signedInPageBrowser } from "../../support/pages.ts";
import { passwordRoutes } from "../../support/password-routes.ts";
import { startService } from "../../support/service.ts";
import { logIn, newAddress, PASSWORD, register, registerVerifiedUser } from "../../support/users.ts";

const service = startService();
const strict = startService({ env: { PASSWORD_MIN_LENGTH: "15" } });
const FOURTEEN = "xqzvwkjm 46295";
const FIFTEEN = `${FOURTEEN}1`;

describe.each(passwordRoutes)("PASSWORD_MIN_LENGTH=15 on $path", ({ field, accepted, prepare }) => {
  it("refuses 14 characters and accepts 15", async () => {
    const { setPassword } = await prepare(strict);
    const refused = await setPassword(FOURTEEN);
    expect([refused.status, refused.body.error?.code]).toEqual([400, "validation_failed"]);
    const message = "Must have at least 15 characters; 20 or more are better.";
    expect(refused.body.error?.fields).toEqual([{ path: field, message }]);
    expect((await setPassword(FIFTEEN)).status).toBe(accepted);
  });

  it("counts code points, not UTF-16 units", async () => {
    const { setPassword } = await prepare(strict);
    expect((await setPassword("\u{1f5fc}".repeat(14))).status).toBe(400);
    expect((await setPassword("\u{1f5fc}".repeat(15))).status).toBe(accepted);
  });

  it("does not apply to other deployments", async () => {
    const { setPassword } = await prepare(service);
    expect((await setPassword("xqzvwkjm")).status).toBe(accepted);
  });
});

it("a shorter password from before still signs in", async () => {
  const { email } = await registerVerifiedUser(strict, newAddress(), { password: "xqzvwkjm" });
  expect((await logIn(strict, email, "xqzvwkjm")).token).toBeTruthy();
  const page = await openPageBrowser(strict).visit("/sign-in");
  expect(page.text).not.toContain("minlength");
});

describe("the pages", () => {
  it.each([
    ["8", "At least 8 characters. 15 or more are better", "15"],
    ["12", "At least 12 characters. 17 or more are better", "17"],
    ["15", "At least 15 characters. 20 or more are better", "20"],
  ])(
    "with PASSWORD_MIN_LENGTH=%s state it, and show it at a short password",
    async (length, hint, advised) => {
      const at = startService({ env: { PASSWORD_MIN_LENGTH: length } });
      const browser = openPageBrowser(at);
      const page = await browser.visit("/sign-up");
      expect(page.text).toContain(hint);
      expect(page.text).toContain(`minlength="${length}"`);
      expect(page.text).toContain(`data-advised="${advised}"`);
      const short = "xqzvwkjm 462951".slice(0, Number(length) - 1);
      const answer = await browser.press(page, { name: "Ada", email: newAddress(), password: short });
      expect(answer.text).toMatch(
        new RegExp(`id="password-problem">\\s*Please use at least ${length} characters`),
      );
    },
  );

  it("in German as well", async () => {
    const page = await openPageBrowser(strict, { language: "de" }).visit("/sign-up");
    expect(page.text).toContain("Mindestens 15 Zeichen. Besser sind 20 oder mehr");
  });

  it("refuse a short new password on the password page", async () => {
    const { email } = await registerVerifiedUser(strict);
    const browser = await signedInPageBrowser(strict, email);
    const page = await browser.visit("/account/password");
    const answer = await browser.press(page, { currentPassword: PASSWORD, newPassword: FOURTEEN });
    expect(answer.text).toMatch(/id="newPassword-problem">\s*Please use at least 15 characters/);
  });
});

it("is checked before anything else of a registration that depends on the account", async () => {
  const { email } = await registerVerifiedUser(strict);
  const { answer } = await register(strict, email, { password: FOURTEEN });
  expect(answer.status).toBe(400);
});
