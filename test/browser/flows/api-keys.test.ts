import { describe, expect } from "vitest";
import { it } from "../support/fixtures.ts";
import { pageDriver, signIn } from "../support/flow.ts";
import { MODES } from "../support/modes.ts";
import { PASSWORD } from "../support/service.ts";

describe.each(MODES)("API keys, $name", (mode) => {
  it("a user creates a key, copies it while it is shown, and revokes it", async ({ visit, service }) => {
    const { email } = await service.member();
    const driver = pageDriver((await visit(mode.options)).page, mode);
    const { words: t, page } = driver;
    await page.goto("/");
    await signIn(driver, service, { email, password: PASSWORD, withCode: false });
    await driver.follow(t.keys.title);
    await driver.waitForHeading(t.keys.title);
    await driver.fill(t.fields.keyName, "Backup script");
    const scopes = page.getByRole("checkbox");
    if ((await scopes.count()) > 0) await scopes.first().press("Space");
    await driver.press(t.keys.create);

    await driver.waitForHeading(t.keys.createdTitle);
    const key = await page.getByLabel("Backup script", { exact: true }).inputValue();
    expect(key).toMatch(/^gth_[0-9A-Za-z]{12}_[0-9A-Za-z]{49}$/);
    const copy = page.getByRole("button", { name: t.keys.copy, exact: true });
    expect(await copy.count()).toBe(mode.options.javaScriptEnabled === false ? 0 : 1);
    await driver.follow(t.keys.done);

    await driver.waitForHeading(t.keys.title);
    const listed = page.getByRole("main").getByRole("listitem");
    expect(await listed.textContent()).toContain(`gth_${key.slice(4, 16)}…`);
    expect(await page.content()).not.toContain(key.slice(17));
    await mode.input.press(listed.getByRole("button"));
    if (mode.options.javaScriptEnabled !== false) {
      await mode.input.press(
        page.getByRole("dialog").getByRole("button", { name: t.keys.revoke, exact: true }),
      );
    }
    await driver.waitForNotice(t.notices.keyRevoked);
    expect(await listed.count()).toBe(0);
  });
});
