import { describe, expect, it } from "vitest";
import { authorizeUrl, codesOf, redirectTo } from "../../../support/authorization-requests.ts";
import { insertClient, REDIRECT_URI, RESOURCES } from "../../../support/oauth-clients.ts";
import { headingOf, openPageBrowser, signedInPageBrowser } from "../../../support/pages.ts";
import { startService } from "../../../support/service.ts";
import { accountIdOf, registerVerifiedUser } from "../../../support/users.ts";

const service = startService({ env: { RESOURCES } });

const [ACCESS, REFRESH] = ["__Host-gh_access", "__Host-gh_refresh"];

/** A browser whose access cookie has expired. */
async function arrange() {
  const client = await insertClient({ isFirstParty: true });
  const { email } = await registerVerifiedUser(service);
  const browser = await signedInPageBrowser(service, email);
  browser.jar.delete(ACCESS);
  return { client, email, browser, refresh: browser.jar.get(REFRESH) ?? "" };
}

const revokedAtOf = async (email: string) =>
  (
    await service.env.DB.prepare("SELECT revoked_at FROM sessions WHERE account_id = ?")
      .bind(await accountIdOf(email))
      .first<{ revoked_at: number | null }>()
  )?.revoked_at;

describe("GET /oauth/authorize with an expired access cookie", () => {
  it("issues a code and rotates the refresh token, in two D1 round trips", async () => {
    const { client, browser, refresh } = await arrange();
    const answer = await browser.send("GET", authorizeUrl(client));
    expect(redirectTo(answer, REDIRECT_URI).has("code")).toBe(true);
    expect(service.log.at(-1)?.d1).toBe(2);
    expect(browser.jar.get(REFRESH)).not.toBe(refresh);
    // The new cookies are those of the session.
    expect(headingOf(await browser.visit("/account"))).not.toBe("Sign in");
    expect((await codesOf(client)).length).toBe(1);
  });

  it.each<[string, Record<string, string>, number]>([
    ["an error page", { redirect_uri: "https://other.example.com/" }, 400],
    ["an error of the client", { scope: "unknown" }, 303],
    ["a silent error", { prompt: "none", max_age: "0" }, 303],
    ["a new sign-in", { prompt: "login" }, 303],
    ["a choice of the account", { prompt: "select_account" }, 200],
    ["consent", { prompt: "consent" }, 303],
  ])("sets the new cookies with %s, in one D1 round trip", async (_name, parameters, status) => {
    const { client, browser, refresh } = await arrange();
    const answer = await browser.send("GET", authorizeUrl(client, parameters));
    expect([answer.status, service.log.at(-1)?.d1]).toEqual([status, 1]);
    const successor = browser.jar.get(REFRESH);
    expect(successor).not.toBe(refresh);
    expect(browser.jar.has(ACCESS)).toBe(true);
    // The successor is the current token: it rotates again.
    browser.jar.delete(ACCESS);
    expect(headingOf(await browser.visit("/account"))).not.toBe("Sign in");
  });

  it("gets the same successor again within the grace period", async () => {
    const { client, browser, refresh } = await arrange();
    await browser.send("GET", authorizeUrl(client));
    const successor = browser.jar.get(REFRESH);
    browser.jar.set(REFRESH, refresh);
    browser.jar.delete(ACCESS);
    redirectTo(await browser.send("GET", authorizeUrl(client)), REDIRECT_URI);
    expect(browser.jar.get(REFRESH)).toBe(successor);
  });

  it("ends the session of a token that was rotated twice, and tells the owner", async () => {
    const { client, email, browser, refresh } = await arrange();
    await browser.visit("/account");
    browser.jar.delete(ACCESS);
    service.clock.advance(11_000);
    await browser.visit("/account");
    service.clock.advance(11_000);
    const thief = openPageBrowser(service);
    thief.jar.set(REFRESH, refresh);
    const page = await thief.visit(authorizeUrl(client));
    expect(headingOf(page)).toBe("Sign in");
    expect(thief.jar.has(REFRESH)).toBe(false);
    expect(await codesOf(client)).toEqual([]);
    expect(await revokedAtOf(email)).toBe(service.clock.now());
    const event = await service.env.DB.prepare(
      "SELECT count(*) AS n FROM audit_events WHERE type = 'refresh_token_reused' AND account_id = ?",
    )
      .bind(await accountIdOf(email))
      .first<{ n: number }>();
    expect(event?.n).toBe(1);
    const notice = await service.env.DB.prepare(
      "SELECT count(*) AS n FROM outbox WHERE kind = 'session_ended_after_reuse' AND account_id = ?",
    )
      .bind(await accountIdOf(email))
      .first<{ n: number }>();
    expect(notice?.n).toBe(1);
  });

  it("rotates once for parallel requests, and each gets a code", async () => {
    const { client, browser } = await arrange();
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => browser.send("GET", authorizeUrl(client))),
    );
    for (const answer of answers) expect(redirectTo(answer, REDIRECT_URI).has("code")).toBe(true);
    const generation = await service.env.DB.prepare("SELECT generation FROM sessions WHERE id = ?")
      .bind((await codesOf(client))[0]?.session_id ?? "")
      .first<{ generation: number }>();
    expect(generation?.generation).toBe(2);
  });
});
