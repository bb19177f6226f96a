import { describe, expect } from "vitest";
import { it } from "../support/fixtures.ts";

describe("the development mailbox", () => {
  it("shows a new message without a reload by the user, and marks it as new", async ({ visit, service }) => {
    const { email } = await service.member();
    const { page } = await visit();
    await page.goto(`/dev/mailbox?to=${email}`);
    const messages = page.getByRole("navigation", { name: "Messages" }).getByRole("link");
    const before = await messages.count();
    await service.post("/forgot-password", { email });
    await page.waitForFunction((count) => document.querySelectorAll(".list a").length > count, before);
    expect(await messages.first().textContent()).toMatch(/New/);
    expect(await messages.last().textContent()).not.toMatch(/New/);
  });

  it("keeps an opened message, and links to the new one", async ({ visit, service }) => {
    const { email } = await service.member();
    const { page } = await visit();
    await page.goto(`/dev/mailbox?to=${email}`);
    await page.getByRole("navigation", { name: "Messages" }).getByRole("link").last().click();
    await page.waitForURL("**id=*");
    const opened = await page.getByRole("heading", { level: 2 }).textContent();
    await service.post("/forgot-password", { email });
    const status = page.getByRole("status").getByRole("link");
    await status.waitFor();
    expect(await page.getByRole("heading", { level: 2 }).textContent()).toBe(opened);
    await status.click();
    await page.waitForURL((url) => !url.searchParams.has("id"));
    expect(await page.getByRole("heading", { level: 2 }).textContent()).not.toBe(opened);
  });
});
