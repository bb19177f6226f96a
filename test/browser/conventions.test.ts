import type { Page } from "playwright-core";
import { describe, expect } from "vitest";
import { LANGUAGE_NAMES } from "../../src/ui/words.ts";
import { it } from "./support/it.ts";
import { PASSWORD } from "./support/service.ts";
import { WORDS } from "./support/ui-texts.ts";

const { en, de } = WORDS;
const WITH_AND_WITHOUT = [
  ["with JavaScript", {}],
  ["without JavaScript", { javaScriptEnabled: false }],
] as const;

/** By the form of the page that is open. */
async function signIn(page: Page, email: string): Promise<void> {
  await page.getByLabel(en.fields.email, { exact: true }).fill(email);
  await page.getByLabel(en.fields.password, { exact: true }).fill(PASSWORD);
  await page.getByRole("button", { name: en.signIn.submit }).click();
}

describe("a form", () => {
  it.for(WITH_AND_WITHOUT)(
    "keeps what was typed and goes to what is wrong, %s",
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

  it("is sent by Enter, and once however often it is pressed", async ({ visit, service }) => {
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
    ["/sign-in", { email: "username", password: "current-password" }],
    ["/sign-up", { name: "given-name", email: "username", password: "new-password" }],
    ["/forgot-password", { email: "username" }],
  ] as const)("at %s tells password managers what its fields are", async ([path, fields], { visit }) => {
    const { page } = await visit();
    await page.goto(path);
    for (const [name, token] of Object.entries(fields)) {
      expect(await page.locator(`main [name=${name}]`).getAttribute("autocomplete")).toBe(token);
    }
  });
});

describe("the sign-in page", () => {
  it("leads by Tab from the address to the password, and past what stands beside its label", async ({
    visit,
  }) => {
    const { page } = await visit();
    await page.goto("/sign-in");
    await page.getByLabel(en.fields.email, { exact: true }).focus();
    for (const name of [en.fields.password, en.password.show, en.signIn.forgot, en.signIn.submit]) {
      await page.keyboard.press("Tab");
      const focused = page.locator(":focus");
      const words = await focused.evaluate(
        (element) =>
          (element as HTMLInputElement).labels?.[0]?.textContent || element.ariaLabel || element.textContent,
      );
      expect(words).toBe(name);
    }
  });
});

describe("a code", () => {
  it("keeps its digits when it is pasted with spaces", async ({ visit, service }) => {
    const { page } = await visit();
    const { email } = await service.guarded();
    await page.goto("/sign-in");
    await signIn(page, email);
    const code = page.getByLabel(en.fields.code, { exact: true });
    await code.focus();
    await page.keyboard.insertText(" 012 588 ");
    expect(await code.inputValue()).toBe("012588");
  });
});

describe("a password", () => {
  it("can be looked at, is hidden again, and hears what would make it better", async ({ visit }) => {
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
  it.for(WITH_AND_WITHOUT)(
    "is switched where one is, and stays, %s",
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
  it("is what was switched to by whoever has signed in", async ({ visit, service }) => {
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

describe("another code", () => {
  it("can be had when the seconds are over, and makes the first one void", async ({ visit, service }) => {
    const { page } = await visit();
    const { email } = await service.guarded();
    await page.clock.install();
    await page.goto("/sign-in");
    const asked = Date.now();
    await signIn(page, email);
    const first = await service.codeTo(email, asked);
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

describe("somebody who is sent here", () => {
  it.for(WITH_AND_WITHOUT)("is back after signing in, %s", async ([, options], { visit, service }) => {
    const { page } = await visit(options);
    const { email } = await service.member();
    await page.goto("/account?from=elsewhere");
    await page.getByRole("heading", { name: en.signIn.title }).waitFor();
    await signIn(page, email);
    await page.waitForURL("**/account?from=elsewhere");
  });
});
