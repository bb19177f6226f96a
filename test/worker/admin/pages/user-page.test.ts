import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { insertFactor } from "../../../support/number-factor.ts";
import { signedInPageBrowser } from "../../../support/pages.ts";
import { startService } from "../../../support/service.ts";
import { linkByPages } from "../../../support/social/link.ts";
import { openProviders } from "../../../support/social/providers.ts";
import { socialUser } from "../../../support/social/users.ts";
import {
  accountIdOf,
  newAddress,
  register,
  registerVerifiedUser,
  signedInAs,
} from "../../../support/users.ts";

const providers = openProviders();
const service = startService({ env: providers.variables });

/** The text of a user's page without its tags. */
async function pageOf(email: string, language = "en"): Promise<string> {
  const admin = await signedInAs(service, "admin");
  const browser = await signedInPageBrowser(service, admin.email, { language });
  const { text } = await browser.visit(`/admin/users/${await accountIdOf(email)}`);
  return text
    .slice(text.indexOf("<main"))
    .replaceAll(/<[^>]+>/g, " ")
    .replaceAll(/\s+/g, " ");
}

describe("the page of a user for an admin", () => {
  it("shows linked providers, second factors and passkeys with their last use, and the last sign-in", async () => {
    const { email } = await registerVerifiedUser(service);
    const browser = await signedInPageBrowser(service, email);
    const person = socialUser();
    await providers.setUser(person);
    await linkByPages(browser, "github", person);
    const totp = await insertFactor(email, "totp");
    await env.DB.prepare("UPDATE factors SET label = 'Work phone' WHERE id = ?").bind(totp).run();
    await insertFactor(email, "passkey", null);
    const text = await pageOf(email);
    expect(text).toContain(`GitHub ${person.email} · Last used now`);
    expect(text).toMatch(/Work phone Authenticator app Added [^·]+ UTC · Never used/);
    expect(text).toMatch(/ Passkey Added [^·]+ UTC · Never used/);
    expect(text).toMatch(/Email confirmed [A-Z][a-z]{2} \d+, \d{4}/);
    expect(text).toMatch(/Last sign-in [A-Z][a-z]{2} \d+, \d{4}/);
    expect(text).not.toContain("No linked providers");
  });

  it("says that none is set up, and that the address is not confirmed", async () => {
    const email = newAddress();
    await register(service, email);
    const text = await pageOf(email);
    expect(text).toContain("Sign-in methods No linked providers, second factors or passkeys.");
    expect(text).toContain("Email confirmed Not confirmed");
    expect(text).not.toContain("Last sign-in");
    expect(await pageOf(email, "de")).toContain(
      "Keine verknüpften Anbieter, zweiten Schritte oder Passkeys.",
    );
  });
});
