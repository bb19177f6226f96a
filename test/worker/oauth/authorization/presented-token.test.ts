import { describe, expect, it } from "vitest";
import { authorizeUrl, redirectTo } from "../../../support/authorization-requests.ts";
import { createDeviceClient, decide, startDevice } from "../../../support/devices.ts";
import { insertClient, REDIRECT_URI, RESOURCES } from "../../../support/oauth-clients.ts";
import { headingOf, openPageBrowser, signedInPageBrowser } from "../../../support/pages.ts";
import { startService } from "../../../support/service.ts";
import { accountIdOf, registerVerifiedUser } from "../../../support/users.ts";

const service = startService({ env: { RESOURCES } });
const [ACCESS, REFRESH] = ["__Host-gh_access", "__Host-gh_refresh"];

/** A browser that has rotated its refresh token, and the copy that a thief has of the one before. */
async function arrange() {
  const { email } = await registerVerifiedUser(service);
  const browser = await signedInPageBrowser(service, email);
  const thief = openPageBrowser(service);
  thief.jar.set(REFRESH, browser.jar.get(REFRESH) ?? "");
  browser.jar.delete(ACCESS);
  await browser.visit("/account");
  return { email, browser, thief };
}

const isEnded = async (email: string) =>
  (await service.env.DB.prepare(
    "SELECT 1 FROM sessions WHERE account_id = ? AND parent_id IS NULL AND grant_id IS NULL AND revoked_at IS NOT NULL",
  )
    .bind(await accountIdOf(email))
    .first()) !== null;

describe("the predecessor of a refresh token that the browser has presented", () => {
  it.each(["openid", "openid offline_access"])("for a code of %s is reuse", async (scope) => {
    const { email, browser, thief } = await arrange();
    service.clock.advance(11_000);
    const client = await insertClient({ isFirstParty: true });
    redirectTo(await browser.send("GET", authorizeUrl(client, { scope })), REDIRECT_URI);
    expect(headingOf(await thief.visit("/account"))).toBe("Sign in");
    expect(await isEnded(email)).toBe(true);
  });

  it("for a device is reuse", async () => {
    const { email, browser, thief } = await arrange();
    service.clock.advance(11_000);
    const client = await createDeviceClient(service, { scopes: ["openid"], resources: [] });
    await decide(browser, await startDevice(service, client, { scope: "openid" }));
    expect(headingOf(await thief.visit("/account"))).toBe("Sign in");
    expect(await isEnded(email)).toBe(true);
  });

  it("is a retry if the code came within ten seconds, in which the response may be under way", async () => {
    const { email, browser, thief } = await arrange();
    service.clock.advance(10_000);
    const client = await insertClient({ isFirstParty: true });
    redirectTo(await browser.send("GET", authorizeUrl(client)), REDIRECT_URI);
    service.clock.advance(60_000);
    expect(headingOf(await thief.visit("/account"))).not.toBe("Sign in");
    expect(await isEnded(email)).toBe(false);
  });

  it("is a retry if the code came with the response that brought the successor, which may be lost", async () => {
    const { email, browser, thief } = await arrange();
    // The browser rotates again with a request for a code, and the response is lost.
    browser.jar.delete(ACCESS);
    service.clock.advance(11_000);
    thief.jar.set(REFRESH, browser.jar.get(REFRESH) ?? "");
    const client = await insertClient({ isFirstParty: true });
    redirectTo(await browser.send("GET", authorizeUrl(client)), REDIRECT_URI);
    service.clock.advance(60_000);
    expect(headingOf(await thief.visit("/account"))).not.toBe("Sign in");
    expect(await isEnded(email)).toBe(false);
  });
});
