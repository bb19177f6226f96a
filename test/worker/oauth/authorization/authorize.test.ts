import { describe, expect, it } from "vitest";
import {
  authorizationQuery,
  authorizeUrl,
  CODE_CHALLENGE,
  codesOf,
  continuedUrl,
  grantsOf,
  ISSUER,
  redirectTo,
  STATE,
} from "../../../support/authorization-requests.ts";
import { insertClient, NOTES, REDIRECT_URI, RESOURCES } from "../../../support/oauth-clients.ts";
import { headingOf, openPageBrowser, signedInPageBrowser } from "../../../support/pages.ts";
import { startService } from "../../../support/service.ts";
import { accountIdOf, PASSWORD, registerVerifiedUser } from "../../../support/users.ts";

const service = startService({ env: { RESOURCES } });

const signedIn = async () => {
  const { email } = await registerVerifiedUser(service);
  const browser = await signedInPageBrowser(service, email);
  return { email, browser };
};

describe("GET /oauth/authorize", () => {
  it("sends a code, the state and iss to a client of the team, in two D1 round trips", async () => {
    const client = await insertClient({ isFirstParty: true });
    const { email, browser } = await signedIn();
    const answer = await browser.send("GET", authorizeUrl(client, { nonce: "n-1" }));
    expect(service.log.at(-1)?.d1).toBe(2);
    const parameters = redirectTo(answer, `${REDIRECT_URI}?`);
    expect([...parameters.keys()]).toEqual(["code", "state", "iss"]);
    expect(parameters.get("state")).toBe(STATE);
    expect(parameters.get("iss")).toBe(ISSUER);
    const [code] = await codesOf(client);
    const [grant] = await grantsOf(client);
    expect(code).toMatchObject({
      account_id: await accountIdOf(email),
      grant_id: grant?.id,
      redirect_uri: REDIRECT_URI,
      code_challenge: CODE_CHALLENGE,
      resource: NOTES.uri,
      scope: "notes:read openid",
      nonce: "n-1",
      expires_at: service.clock.now() + 60_000,
    });
    expect(grant).toMatchObject({ scope: "notes:read openid", redirect_host: "notes.example.com" });
    expect(JSON.stringify(code)).not.toContain(parameters.get("code"));
    // The second time, the grant is there already.
    redirectTo(await browser.send("GET", authorizeUrl(client)), REDIRECT_URI);
    expect(service.log.at(-1)?.d1).toBe(2);
    expect((await grantsOf(client)).map(({ id }) => id)).toEqual([grant?.id]);
  });

  it("sends a user without a session through the sign-in page, and back by a page of its own", async () => {
    const client = await insertClient({ isFirstParty: true });
    const { email } = await registerVerifiedUser(service);
    const browser = openPageBrowser(service);
    const page = await browser.visit(authorizeUrl(client, { login_hint: email }));
    expect(page.path).toContain("/sign-in?returnTo=");
    expect(page.text).toContain(`value="${email}"`);
    // A redirect of the form to the client would be blocked by `form-action 'self'`.
    const after = await browser.submit(page, { email, password: PASSWORD });
    expect(after.path).toMatch(/^\/oauth\/continue\?/);
    expect(after.headers.get("Content-Security-Policy")).toContain("form-action 'self';");
    const own = continuedUrl(after);
    expect(own).toMatch(/^\/oauth\/authorize\?/);
    const parameters = redirectTo(await browser.send("GET", own), REDIRECT_URI);
    expect(parameters.get("state")).toBe(STATE);
  });

  it("redirects a POST to the same request by GET", async () => {
    const client = await insertClient();
    const form = authorizationQuery(client);
    const answer = await openPageBrowser(service).send("POST", "/oauth/authorize", form, {
      Origin: "https://notes.example.com",
    });
    expect([answer.status, answer.headers.get("Location")]).toEqual([303, authorizeUrl(client)]);
    const wrong = await service.call("POST", "/oauth/authorize", { client_id: client.id });
    expect(wrong.status).toBe(400);
  });

  it.each([
    ["a prefetch", { "Sec-Purpose": "prefetch" }],
    ["a frame", { "Sec-Fetch-Dest": "iframe", "Sec-Fetch-Mode": "navigate" }],
    ["a script", { "Sec-Fetch-Dest": "empty", "Sec-Fetch-Mode": "cors" }],
    ["an image", { "Sec-Fetch-Dest": "image", "Sec-Fetch-Mode": "no-cors" }],
  ])("issues no code to %s", async (_name, headers) => {
    const client = await insertClient({ isFirstParty: true });
    const { browser } = await signedIn();
    const answer = await browser.send("GET", authorizeUrl(client), undefined, headers);
    expect(answer.status).toBe(403);
    expect(answer.headers.get("X-Frame-Options")).toBe("DENY");
    expect(await codesOf(client)).toEqual([]);
    const head = await browser.send("HEAD", authorizeUrl(client));
    expect(head.status).toBe(403);
    expect(await codesOf(client)).toEqual([]);
  });

  it("answers a frame with prompt=none by login_required", async () => {
    const client = await insertClient({ isFirstParty: true });
    const { browser } = await signedIn();
    const answer = await browser.send("GET", authorizeUrl(client, { prompt: "none" }), undefined, {
      "Sec-Fetch-Dest": "iframe",
      "Sec-Fetch-Mode": "navigate",
    });
    expect(redirectTo(answer, REDIRECT_URI).get("error")).toBe("login_required");
    expect(await codesOf(client)).toEqual([]);
  });

  it("issues no code for a session that has ended, or for a stolen access token", async () => {
    const client = await insertClient({ isFirstParty: true });
    const { browser } = await signedIn();
    const refresh = browser.jar.get("__Host-gh_refresh") ?? "";
    browser.jar.delete("__Host-gh_refresh");
    const withoutRefresh = await browser.visit(authorizeUrl(client));
    expect(headingOf(withoutRefresh)).toBe("Sign in");
    const other = await signedIn();
    other.browser.jar.set("__Host-gh_refresh", refresh.slice(0, -4));
    expect(headingOf(await other.browser.visit(authorizeUrl(client)))).toBe("Sign in");
    const third = await signedIn();
    await service.env.DB.prepare("UPDATE sessions SET revoked_at = 1 WHERE account_id = ?")
      .bind(await accountIdOf(third.email))
      .run();
    expect(headingOf(await third.browser.visit(authorizeUrl(client)))).toBe("Sign in");
    expect(await codesOf(client)).toEqual([]);
  });

  it("issues no code with a refresh token that was rotated before", async () => {
    const client = await insertClient({ isFirstParty: true });
    const { browser } = await signedIn();
    const stolen = browser.jar.get("__Host-gh_refresh") ?? "";
    const access = browser.jar.get("__Host-gh_access") ?? "";
    browser.jar.delete("__Host-gh_access");
    await browser.visit("/account");
    service.clock.advance(11_000);
    const thief = openPageBrowser(service);
    thief.jar.set("__Host-gh_refresh", stolen);
    thief.jar.set("__Host-gh_access", access);
    const page = await thief.visit(authorizeUrl(client));
    expect(headingOf(page)).toBe("Sign in");
    expect(thief.jar.has("__Host-gh_access")).toBe(false);
    expect(await codesOf(client)).toEqual([]);
  });

  it("issues no more than 20 codes a minute to an account", async () => {
    const client = await insertClient({ isFirstParty: true });
    const { browser } = await signedIn();
    for (let count = 0; count < 20; count += 1)
      redirectTo(await browser.send("GET", authorizeUrl(client)), REDIRECT_URI);
    const refused = await browser.send("GET", authorizeUrl(client));
    expect(redirectTo(refused, REDIRECT_URI).get("error")).toBe("temporarily_unavailable");
    service.clock.advance(60_001);
    expect(redirectTo(await browser.send("GET", authorizeUrl(client)), REDIRECT_URI).has("code")).toBe(true);
  });

  it("keeps the registered query of a redirect URI", async () => {
    const uri = "https://notes.example.com/callback?tenant=a%20b&x";
    const client = await insertClient({ isFirstParty: true, redirectUris: [uri] });
    const { browser } = await signedIn();
    const answer = await browser.send("GET", authorizeUrl(client));
    expect(answer.headers.get("Location")).toMatch(
      /^https:\/\/notes\.example\.com\/callback\?tenant=a%20b&x&code=[\w-]{43}&state=/,
    );
  });

  it("shows its pages in a language of ui_locales, unless the user has chosen one", async () => {
    const client = await insertClient();
    const browser = openPageBrowser(service);
    const page = await browser.visit(authorizeUrl(client, { ui_locales: "fr de-AT en" }));
    expect(page.text).toContain('<html lang="de">');
    browser.jar.set("__Host-gh_lang", "en");
    const chosen = await browser.visit(authorizeUrl(client, { ui_locales: "de" }));
    expect(chosen.text).toContain('<html lang="en">');
  });
});
