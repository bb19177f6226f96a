import type { Page } from "playwright-core";
import { describe, expect } from "vitest";
import { it } from "../support/fixtures.ts";
import { openSignedIn, send } from "../support/page-states/steps.ts";
import { PASSWORD } from "../support/service.ts";

const MODES = [
  ["with script", {}],
  ["without script", { javaScriptEnabled: false }],
] as const;

async function fillSignIn(page: Page, email: string): Promise<void> {
  await page.locator("main [name=email]").fill(email);
  await page.locator("main [name=password]").fill(PASSWORD);
}

describe.each(MODES)("the forms %s", (_name, options) => {
  it("take an address with letters beyond ASCII, as the API does", async ({ visit }) => {
    const { page } = await visit(options);
    const email = `jürgen-${crypto.randomUUID().slice(0, 8)}@example.com`;
    await page.goto("/sign-up");
    await page.locator("main [name=name]").fill("Jürgen");
    await fillSignIn(page, email);
    await send(page);
    expect(new URL(page.url()).pathname).toBe("/sign-up/check-your-mail");
    await page.getByText(email).first().waitFor();
    await page.goto("/forgot-password");
    await page.locator("main [name=email]").fill(email);
    await send(page);
    await page.getByRole("status").waitFor();
  });

  it("continue in a second tab whose user has signed in in the first", async ({ visit, service }) => {
    const { email } = await service.member();
    const { page, context } = await visit(options);
    const other = await context.newPage();
    for (const tab of [page, other]) {
      await tab.goto("/sign-in?returnTo=%2Faccount%2Fsessions");
      await fillSignIn(tab, email);
    }
    for (const tab of [page, other]) {
      await send(tab);
      expect(new URL(tab.url()).pathname).toBe("/account/sessions");
    }
    expect(await other.locator("main .list > li").count()).toBe(1);
  });

  it("have what a user typed before the session ended, after the next sign-in", async ({
    visit,
    service,
  }) => {
    const { email } = await service.member();
    const { page, context } = await visit(options);
    await page.goto("/sign-in?returnTo=%2Faccount%2Fprofile");
    await fillSignIn(page, email);
    await send(page);
    await page.locator("main [name=name]").fill("Ada Maria");
    await context.clearCookies({ name: /gh_(access|refresh)$/ });
    await send(page);
    await page.getByText("what you typed is kept for 15 minutes").waitFor();
    await fillSignIn(page, email);
    await send(page);
    expect(await page.locator("main [name=name]").inputValue()).toBe("Ada Maria");
    await page.getByText("It is not saved yet.").waitFor();
    await send(page);
    await page.getByText("Saved.").waitFor();
  });

  it("sign in at another host name than that of PUBLIC_URL", async ({ visitFrom, testServer, service }) => {
    const { email } = await service.member();
    const origin = testServer.origin.replace("localhost", "127.0.0.1");
    expect(origin).not.toBe(testServer.origin);
    const { page, problems } = await visitFrom(origin, { ...options, baseURL: origin });
    await page.goto("/sign-in?returnTo=%2Faccount%2Fsessions");
    await fillSignIn(page, email);
    await send(page);
    expect(page.url()).toBe(`${origin}/account/sessions`);
    // Passkeys belong to the host of PUBLIC_URL, and their script asks at the page's own host.
    for (const problem of problems.splice(0)) expect(problem).toContain("403 (Forbidden)");
  });
});

describe("a form whose request the user stops", () => {
  it("can be sent again", async ({ visit, service }) => {
    const { email } = await service.member();
    const visitor = await visit();
    const { page } = visitor;
    await openSignedIn(visitor, "/account/profile", { email, password: PASSWORD });
    await page.getByLabel("First name").fill("Ada Maria");
    let held = 0;
    await page.route("**/account/profile", (route) => {
      if (route.request().method() === "POST" && held++ === 0) return;
      return route.continue();
    });
    const button = page.getByRole("button", { name: "Save" });
    // The page cannot be inspected while the browser waits for the response.
    await page.evaluate(() => {
      const save = document.querySelector<HTMLButtonElement>("main button[type=submit]");
      setTimeout(() => {
        document.title = `disabled: ${save?.disabled}`;
        window.stop();
      }, 500);
    });
    await button.click({ noWaitAfter: true });
    await page.waitForFunction(() => document.title === "disabled: true");
    await page.waitForFunction(() => document.querySelector("main button[type=submit]:enabled"));
    expect(await button.getAttribute("aria-busy")).toBe(null);
    await button.click();
    await page.getByRole("status").getByText("Saved.").waitFor();
    expect(held).toBe(2);
  });
});
