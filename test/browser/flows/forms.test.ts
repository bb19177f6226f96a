import { describe, expect } from "vitest";
import { it } from "../support/fixtures.ts";
import { openSignedIn } from "../support/page-states/steps.ts";
import { PASSWORD } from "../support/service.ts";

describe("a form", () => {
  it("removes the error of a field when the user changes it", async ({ visit }) => {
    const { page } = await visit();
    await page.goto("/sign-up");
    await page.getByLabel("First name").fill("Ada");
    await page.getByLabel("Email address").fill("ada@example.com");
    await page.getByLabel("Password", { exact: true }).fill("password");
    await page.getByRole("button", { name: "Create account" }).click();
    const problem = page.locator("#password-problem");
    await problem.waitFor();
    await page.getByLabel("Password", { exact: true }).fill("a quiet lighthouse 7");
    expect(await problem.count()).toBe(0);
    expect(await page.locator("[aria-invalid]").count()).toBe(0);
  });

  it("shows that it is being sent, and cannot be sent twice meanwhile", async ({ visit, service }) => {
    const { email } = await service.member();
    const visitor = await visit();
    const { page } = visitor;
    await openSignedIn(visitor, "/account/profile", { email, password: PASSWORD });
    // The page cannot be inspected while the browser waits for the response.
    await page.evaluate(() => {
      const observer = new MutationObserver(([change]) => {
        const button = change?.target as HTMLButtonElement;
        sessionStorage.setItem("busy", `${button.textContent} ${button.ariaBusy} ${button.disabled}`);
      });
      observer.observe(document.body, { subtree: true, attributeFilter: ["aria-busy"] });
    });
    await page.getByLabel("First name").fill("Ada Maria");
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByRole("status").getByText("Saved.").waitFor();
    expect(await page.evaluate(() => sessionStorage.getItem("busy"))).toBe("Save true true");
  });

  it.for([
    ["no-preference", "turn"],
    ["reduce", "none"],
  ] as const)(
    "shows a spinner, which turns as the motion preference %s allows",
    async ([reducedMotion, animation], { visit }) => {
      const { page } = await visit();
      await page.emulateMedia({ reducedMotion });
      await page.goto("/sign-in");
      const spinner = await page.locator("main button.main").evaluate((button) => {
        button.setAttribute("aria-busy", "true");
        const { animationName, width, borderTopStyle } = getComputedStyle(button, "::after");
        return { animationName, width, borderTopStyle };
      });
      expect(spinner).toEqual({ animationName: animation, width: "16px", borderTopStyle: "solid" });
    },
  );
});
