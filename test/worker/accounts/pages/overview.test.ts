import { describe, expect, it } from "vitest";
import { type Pages, signedInPageBrowser } from "../../../support/pages.ts";
import { startService } from "../../../support/service.ts";
import { accountIdOf, registerVerifiedUser } from "../../../support/users.ts";

const service = startService();

async function user() {
  const { email } = await registerVerifiedUser(service);
  const id = await accountIdOf(email);
  return { id, browser: await signedInPageBrowser(service, email) };
}

const addFactor = (accountId: string, kind: string, isSecondFactor: boolean) =>
  service.env.DB.prepare(
    "INSERT INTO factors (id, account_id, kind, created_at, is_second_factor) VALUES (?1, ?2, ?3, 0, ?4)",
  )
    .bind(crypto.randomUUID(), accountId, kind, Number(isSecondFactor))
    .run();

/** The value of the row that links to a page, without tags. */
async function rowOf(browser: Pages, href: string): Promise<string | undefined> {
  const { text } = await browser.visit("/account");
  const row = new RegExp(`<a class="row" href="${href}">(.*?)</a>`, "s").exec(text)?.[1];
  return row?.replaceAll(/<span class="faint">[^<]*<\/span>|<[^>]+>/g, "").trim();
}

describe("the account overview", () => {
  it("shows two-step verification as on only if the account itself has a second factor", async () => {
    const [own, other] = [await user(), await user()];
    await addFactor(own.id, "passkey", false);
    await addFactor(other.id, "email_otp", true);
    expect(await rowOf(own.browser, "/account/two-step")).toBe("Off");
    expect(await rowOf(other.browser, "/account/two-step")).toBe("On");
  });

  it("counts the passkeys of the account, and no other factors", async () => {
    const { id, browser } = await user();
    await addFactor(id, "totp", true);
    expect(await rowOf(browser, "/account/passkeys")).toBe("None");
    await addFactor(id, "passkey", false);
    expect(await rowOf(browser, "/account/passkeys")).toBe("1 passkey");
    await addFactor(id, "passkey", true);
    expect(await rowOf(browser, "/account/passkeys")).toBe("2 passkeys");
  });

  it("shows a password only if the account has one", async () => {
    const { id, browser } = await user();
    expect(await rowOf(browser, "/account/password")).toBe("••••••••");
    await service.env.DB.prepare("UPDATE accounts SET password_hash = NULL WHERE id = ?").bind(id).run();
    expect(await rowOf(browser, "/account/password")).toBe("Not set");
  });

  it("warns of a pending removal of factors only the user whose factors are removed", async () => {
    const [own, other] = [await user(), await user()];
    await service.env.DB.prepare(
      "INSERT INTO factor_removals (id, account_id, created_at, due_at) VALUES (?1, ?2, 0, ?3)",
    )
      .bind(crypto.randomUUID(), own.id, service.clock.now())
      .run();
    const warnings = await Promise.all(
      [own, other].map(async ({ browser }) => (await browser.visit("/account")).text),
    );
    expect(warnings.map((text) => text.includes('href="/account/factor-removal"'))).toEqual([true, false]);
  });
});
