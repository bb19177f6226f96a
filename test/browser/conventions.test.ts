import type { Page } from "playwright-core";
import { describe, expect } from "vitest";
import { LANGUAGE_NAMES } from "../../src/ui/ui-texts.ts";
import { it } from "./support/fixtures.ts";
import { PASSWORD } from "./support/service.ts";
import { WORDS } from "./support/ui-texts.ts";

const { en, de } = WORDS;
const SCRIPTING = [
  ["with JavaScript", {}],
  ["without JavaScript", { javaScriptEnabled: false }],
] as const;

/** Fills in and submits the open sign-in form. */
async function signIn(page: Page, email: string): Promise<void> {
  await page.getByLabel(en.fields.email, { exact: true }).fill(email);
  await page.getByLabel(en.fields.password, { exact: true }).fill(PASSWORD);
  await page.getByRole("button", { name: en.signIn.submit, exact: true }).click();
}

describe("a form", () => {
  it.for(SCRIPTING)(
    "a rejected form keeps its values and focuses the invalid field, %s",
    async ([, options], { visit }) => {
      const { page } = await visit(options);
      await page.goto("/sign-up");
      await page.getByLabel(en.fields.name, { exact: true }).fill("Ada");
      await page.getByLabel(en.fields.email, { exact: true }).fill("ada@example.com");
      await page.getByLabel(en.fields.password, { exact: true }).fill("password");
      await page.getByRole("button", { name: en.signUp.submit }).click();
      const password = page.getByLabel(en.fields.password, { exact: true });
      await page.getByText(en.passwordProblems.common).waitFor();
      expect(await page.getByLabel(en.fields.name, { exact: true }).inputValue()).toBe("Ada");
      expect(await page.getByLabel(en.fields.email, { exact: true }).inputValue()).toBe("ada@example.com");
      expect(await password.inputValue()).toBe("");
      expect(await password.evaluate((field) => field === document.activeElement)).toBe(true);
      expect(await password.getAttribute("aria-invalid")).toBe("true");
      expect(await page.getByRole("textbox", { description: en.passwordProblems.common }).count()).toBe(1);
    },
  );

  it("a form is submitted by Enter, and only once when Enter is pressed twice", async ({
    visit,
    service,
  }) => {
    const { page } = await visit();
    const email = service.newAddress();
    await page.goto("/sign-up");
    await page.getByLabel(en.fields.name, { exact: true }).fill("Ada");
    await page.getByLabel(en.fields.email, { exact: true }).fill(email);
    const posts: string[] = [];
    page.on("request", (request) => request.method() === "POST" && posts.push(request.url()));
    await page.getByLabel(en.fields.password, { exact: true }).fill(PASSWORD);
    await page.keyboard.press("Enter");
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: en.checkMail.title }).waitFor();
    expect(posts).toEqual([expect.stringContaining("/sign-up")]);
  });

  it.for([
    ["/sign-in", { email: "username webauthn", password: "current-password" }],
    ["/sign-up", { name: "given-name", email: "username", password: "new-password" }],
    ["/forgot-password", { email: "username" }],
  ] as const)(
    "the form at %s declares its fields to password managers",
    async ([path, fields], { visit }) => {
      const { page } = await visit();
      await page.goto(path);
      for (const [name, token] of Object.entries(fields)) {
        expect(await page.locator(`main [name=${name}]`).getAttribute("autocomplete")).toBe(token);
      }
    },
  );
});

describe("the sign-in page", () => {
  it("Tab moves from the email address to the password, and then to the links beside its label", async ({
    visit,
  }) => {
    const { page } = await visit();
    await page.goto("/sign-in");
    await page.getByLabel(en.fields.email, { exact: true }).focus();
    const { forgot, rememberMe, submit } = en.signIn;
    for (const name of [en.fields.password, en.password.show, forgot, rememberMe, submit]) {
      await page.keyboard.press("Tab");
      const focused = page.locator(":focus");
      const text = await focused.evaluate(
        (element) =>
          (element as HTMLInputElement).labels?.[0]?.textContent || element.ariaLabel || element.textContent,
      );
      expect(text).toBe(name);
    }
  });
});

describe("a code", () => {
  it("a pasted code loses its spaces", async ({ visit, service }) => {
    const { page } = await visit();
    const { email } = await service.memberWithSecondFactor();
    await page.goto("/sign-in");
    await signIn(page, email);
    const code = page.getByLabel(en.fields.code, { exact: true });
    await code.focus();
    await page.keyboard.insertText(" 012 588 ");
    expect(await code.inputValue()).toBe("012588");
  });
});

describe("a password", () => {
  it("a new password can be shown and hidden, and gets advice on its length", async ({ visit }) => {
    const { page } = await visit();
    await page.goto("/sign-up");
    const password = page.getByLabel(en.fields.password, { exact: true });
    await password.fill("8 chars!");
    await page.getByText(en.password.weak).waitFor();
    await password.fill(PASSWORD);
    await page.getByText(en.password.good).waitFor();
    const button = (pressed: boolean) => page.getByRole("button", { name: en.password.show, pressed });
    await button(false).click();
    expect(await password.getAttribute("type")).toBe("text");
    await button(true).click();
    expect(await password.getAttribute("type")).toBe("password");
  });
});

describe("the language", () => {
  it.for(SCRIPTING)(
    "the language is switched on the current page, and kept, %s",
    async ([, options], { visit, service }) => {
      const { page } = await visit(options);
      const { email } = await service.register();
      await page.goto(await service.linkTo(email, "verify-email"));
      await page.getByRole("button", { name: LANGUAGE_NAMES.de }).click();
      await page.getByRole("heading", { name: de.verify.title }).waitFor();
      expect(await page.locator("html").getAttribute("lang")).toBe("de");
      await page.getByRole("button", { name: de.verify.submit }).click();
      await page.getByRole("status").getByText(de.notices.addressConfirmed).waitFor();
      await page.getByRole("button", { name: LANGUAGE_NAMES.en }).click();
      await page.getByRole("heading", { name: en.signIn.title }).waitFor();
    },
  );
});

describe("the language of mail", () => {
  it("mail is in the language that a signed-in user chose", async ({ visit, service }) => {
    const { page } = await visit();
    const { email } = await service.member();
    await page.goto("/sign-in");
    await signIn(page, email);
    await page.getByRole("heading", { name: en.account.title }).waitFor();
    await page.getByRole("button", { name: LANGUAGE_NAMES.de }).click();
    await page.getByRole("heading", { name: de.account.title }).waitFor();
    await service.post("/forgot-password", { email });
    await service.mailTo(email, ({ html }) => html.includes('<html lang="de">'));
  });
});

describe("a new code", () => {
  it("a new code can be requested after a minute, and voids the first one", async ({ visit, service }) => {
    const { page } = await visit();
    const { email } = await service.memberWithSecondFactor();
    await page.clock.install();
    await page.goto("/sign-in");
    const requestedAt = Date.now();
    await signIn(page, email);
    const first = await service.codeTo(email, requestedAt);
    const waiting = page.getByRole("button", { name: /in \d+ s/ });
    await waiting.waitFor();
    expect(await waiting.isDisabled()).toBe(true);
    await page.clock.runFor(61_000);
    await page.getByRole("button", { name: en.code.resend, exact: true }).click();
    await page.getByRole("status").getByText(en.notices.codeSent).waitFor();
    await page.getByLabel(en.fields.code, { exact: true }).fill(first);
    await page.getByRole("button", { name: en.code.submit, exact: true }).click();
    await page.getByText(en.problems.codeWrong).waitFor();
  });
});

describe("a user without a session", () => {
  it.for(SCRIPTING)(
    "a user without a session returns to the requested page after sign-in, %s",
    async ([, options], { visit, service }) => {
      const { page } = await visit(options);
      const { email } = await service.member();
      await page.goto("/account?from=elsewhere");
      await page.getByRole("heading", { name: en.signIn.title }).waitFor();
      await signIn(page, email);
      await page.waitForURL("**/account?from=elsewhere");
    },
  );
});
