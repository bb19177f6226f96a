import { describe, expect } from "vitest";
import { it } from "../support/it.ts";
import { PASSWORD } from "../support/service.ts";

describe("the form of a page of /docs", () => {
  it("is found from the list, and sends what was typed", async ({ visit }) => {
    const { page } = await visit();
    await page.goto("/docs");
    await page.getByRole("link", { name: /POST \/api\/auth\/forgot-password/ }).click();
    await page.getByRole("heading", { name: "Mail a link to choose a new password" }).waitFor();
    await page.getByLabel("Body").fill('{ "email": "nobody@example.com" }');
    await page.getByRole("button", { name: "Send" }).click();
    const answer = page.getByRole("status");
    await answer.getByText(/^200 in \d+ ms$/).waitFor();
    expect(await answer.textContent()).toContain('"message": "If an account');
    expect(await answer.textContent()).toMatch(/x-request-id: [0-9a-f-]{36}/);
  });

  it("acts as whoever has signed in to the browser, writes included", async ({ visit, service }) => {
    const { page } = await visit();
    const { email } = await service.member();
    await page.goto("/sign-in?returnTo=%2Fdocs%2FupdateMe");
    await page.locator("main [name=email]").fill(email);
    await page.locator("main [name=password]").fill(PASSWORD);
    await page.keyboard.press("Enter");
    await page.getByLabel("Body").fill('{ "name": "Grace" }');
    await page.getByRole("button", { name: "Send" }).click();
    const answer = page.getByRole("status");
    await answer.getByText(/^200 in \d+ ms$/).waitFor();
    expect(await answer.textContent()).toContain('"name": "Grace"');
  });

  it("acts by a token instead, and fills it and the path in", async ({ visit, service }) => {
    const { page } = await visit();
    const { token } = await service.post("/login", service.superuser);
    const { user } = await service.post("/login", {
      email: (await service.member()).email,
      password: PASSWORD,
    });
    await page.goto("/docs/getUser");
    await page.getByLabel("id", { exact: true }).fill((user as unknown as { id: string }).id);
    await page.getByLabel("Access token").fill(token ?? "");
    await page.keyboard.press("Enter");
    await page
      .getByRole("status")
      .getByText(/^200 in \d+ ms$/)
      .waitFor();
    expect(await page.getByRole("status").textContent()).toContain('"role": "user"');
  });

  it("is not shown where no script can bring it to life; the command is", async ({ visit }) => {
    const { page } = await visit({ javaScriptEnabled: false });
    await page.goto("/docs/logIn");
    expect(await page.getByRole("button", { name: "Send" }).count()).toBe(0);
    expect(await page.getByText(/^curl -X POST "http/).count()).toBe(1);
  });
});
