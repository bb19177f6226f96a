import type { Page } from "playwright-core";
import { describe, expect } from "vitest";
import document from "../../../public/openapi.json" with { type: "json" };
import { startConfiguredService } from "../support/configured-service.ts";
import { it } from "../support/fixtures.ts";
import { PASSWORD } from "../support/service.ts";
import { newVisitor } from "../support/visitor.ts";

// The fixtures fail each of these tests for a request to another origin or a violation of the policy of /docs.

const OPERATIONS = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.keys(methods).map((method) => `${method.toUpperCase()}${path}`),
);

/** Opens the form "Test Request" of an operation. */
async function openForm(page: Page, operation: string) {
  await page.locator(`a[href$="/${operation}"]`).first().click();
  const [, method = "", path = ""] = /^([A-Z]+)(.*)$/.exec(operation) ?? [];
  await page
    .getByRole("button", { name: "Test Request" })
    .filter({ hasText: `${method.toLowerCase()} ${path})` })
    .click();
  const form = page.getByRole("dialog", { name: "API Client" });
  return {
    token: form.getByRole("textbox", { name: "Bearer Token" }),
    send: () => form.getByRole("button", { name: "Send Request" }).click(),
    response: form.getByRole("region", { name: "Response" }),
  };
}

describe("/docs", () => {
  it("/docs lists every operation of /openapi.json", async ({ visit }) => {
    const { page } = await visit();
    await page.goto("/docs");
    await page.getByRole("heading", { level: 1, name: "Gatehouse auth API" }).waitFor();
    const links = page.getByRole("complementary").getByRole("link");
    await expect.poll(() => links.count()).toBeGreaterThan(OPERATIONS.length);
    const hrefs = await links.evaluateAll((all) => all.map((link) => link.getAttribute("href") ?? ""));
    expect(OPERATIONS.filter((operation) => !hrefs.some((href) => href.endsWith(`/${operation}`)))).toEqual(
      [],
    );
  });

  it("/docs shows no feature that talks to Scalar's own services", async ({ visit }) => {
    const { page } = await visit();
    await page.goto("/docs");
    await page.getByRole("heading", { level: 1, name: "Gatehouse auth API" }).waitFor();
    for (const name of [/Ask AI/, /Generate SDKs/, /Open API Client/, /Developer Tools/, /MCP/]) {
      expect(await page.getByRole("button", { name }).count(), String(name)).toBe(0);
      expect(await page.getByRole("link", { name }).count(), String(name)).toBe(0);
    }
    expect(await page.evaluate(() => globalThis.document.fonts.size)).toBe(0);
  });

  it("/docs sends a write with the cookies and the CSRF token of the signed-in browser", async ({
    visit,
    service,
  }) => {
    const { page } = await visit();
    const { email } = await service.member();
    await page.goto("/sign-in?returnTo=%2Fdocs");
    await page.locator("main [name=email]").fill(email);
    await page.locator("main [name=password]").fill(PASSWORD);
    await page.keyboard.press("Enter");
    const { send, response } = await openForm(page, "POST/api/auth/logout");
    await send();
    await response.getByRole("link", { name: "200 OK" }).waitFor();
    await page.goto("/account");
    expect(new URL(page.url()).pathname).toBe("/sign-in");
  });

  it("/docs sends a request with a bearer token, and forgets the token on reload", async ({
    visit,
    service,
  }) => {
    const { page } = await visit();
    const { email } = await service.member();
    const { token = "" } = await service.post("/login", { email, password: PASSWORD });
    await page.goto("/docs");
    const form = await openForm(page, "GET/api/auth/me");
    await form.token.fill(token);
    await form.send();
    await form.response.getByRole("link", { name: "200 OK" }).waitFor();
    await form.response.getByText(email).waitFor();
    const stored = await page.evaluate(async () =>
      JSON.stringify([{ ...localStorage }, { ...sessionStorage }, await indexedDB.databases()]),
    );
    expect(stored).not.toContain(token);
    expect(stored).toMatch(/\[\]\]$/);
    await page.reload();
    expect(await (await openForm(page, "GET/api/auth/me")).token.inputValue()).toBe("");
  });

  it("/docs names PUBLIC_URL as the server", async ({ browser }) => {
    const service = await startConfiguredService({ PUBLIC_URL: "https://auth.example.com" });
    try {
      const { page, context, problems } = await newVisitor(browser, [service.origin]);
      await page.goto("/docs");
      await page.getByText("https://auth.example.com", { exact: true }).first().waitFor();
      await context.close();
      expect(problems).toEqual([]);
    } finally {
      await service.stop();
    }
  });

  it("/docs links to /openapi.json where scripts are off", async ({ visit }) => {
    const { page } = await visit({ javaScriptEnabled: false });
    await page.goto("/docs");
    await page.getByRole("link", { name: "/openapi.json" }).click();
    await page.waitForURL("**/openapi.json");
  });
});
