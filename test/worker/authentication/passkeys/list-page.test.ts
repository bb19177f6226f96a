import { expect, it } from "vitest";
import { openPageBrowser, type Pages, signedInPageBrowser } from "../../../support/pages.ts";
import { registerWithPasskey, signInByPasskey } from "../../../support/passkeys.ts";
import { startService } from "../../../support/service.ts";
import { PASSWORD } from "../../../support/users.ts";

const HOUR = 60 * 60 * 1000;
const service = startService();

/** The words of the item of the only passkey. */
async function itemOn(browser: Pages): Promise<string> {
  const { text } = await browser.visit("/account/passkeys");
  const items = [...text.matchAll(/<li>(.*?)<\/li>/gs)].filter(([item]) =>
    item.includes("/account/passkeys/"),
  );
  expect(items).toHaveLength(1);
  return (items[0]?.[1] ?? "").replace(/<[^>]*>/g, "").replace(/\s+/g, " ");
}

it.each([
  ["a synced passkey", true, "Synced", "This device only"],
  ["a passkey of one device", false, "This device only", "Synced"],
])("the list shows %s as such", async (_case, isSynced, shown, other) => {
  const { email } = await registerWithPasskey(service, { isSynced });
  const item = await itemOn(await signedInPageBrowser(service, email));
  expect(item).toContain(shown);
  expect(item).not.toContain(other);
});

it("the list shows when a passkey was last used, in both languages", async () => {
  const { authenticator, email } = await registerWithPasskey(service);
  expect(await itemOn(await signedInPageBrowser(service, email))).toContain("Never used");
  service.clock.advance(HOUR);
  expect((await signInByPasskey(service, authenticator)).status).toBe(200);
  const first = await itemOn(await signedInPageBrowser(service, email));
  expect(first).toContain("Last used now");
  expect(first).not.toContain("Never used");
  service.clock.advance(3 * HOUR);
  // A sign-in by password is no use of the passkey.
  expect(await itemOn(await signedInPageBrowser(service, email))).toContain("Last used 3 hours ago");
  const german = openPageBrowser(service, { language: "de" });
  await german.press(await german.visit("/sign-in"), { email, password: PASSWORD });
  expect(await itemOn(german)).toContain("vor 3 Stunden");
});
