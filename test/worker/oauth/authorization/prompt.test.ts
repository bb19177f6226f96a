import { decodeJwt } from "jose";
import { describe, expect, it } from "vitest";
import {
  authorizeUrl,
  codesOf,
  continuedUrl,
  redeemCode,
  redirectTo,
  signInToClient,
} from "../../../support/authorization-requests.ts";
import { insertClient, REDIRECT_URI, RESOURCES } from "../../../support/oauth-clients.ts";
import { headingOf, linkOn, openPageBrowser, signedInPageBrowser } from "../../../support/pages.ts";
import { startService } from "../../../support/service.ts";
import { accountIdOf, PASSWORD, registerVerifiedUser } from "../../../support/users.ts";

const service = startService({ env: { RESOURCES } });

async function arrange() {
  const client = await insertClient({ isFirstParty: true });
  const { email } = await registerVerifiedUser(service);
  const browser = await signedInPageBrowser(service, email);
  service.clock.advance(60_000);
  return { client, email, browser };
}

const errorOf = (parameters: URLSearchParams) => parameters.get("error");

describe("prompt=none", () => {
  it("issues a code with a session, and fails by login_required without one", async () => {
    const { client, browser } = await arrange();
    const url = authorizeUrl(client, { prompt: "none" });
    expect(redirectTo(await browser.send("GET", url), REDIRECT_URI).has("code")).toBe(true);
    const without = await openPageBrowser(service).send("GET", url);
    expect(errorOf(redirectTo(without, REDIRECT_URI))).toBe("login_required");
  });

  it("fails where the user would have to consent or sign in again", async () => {
    const { client, browser } = await arrange();
    const foreign = await insertClient();
    const url = authorizeUrl(foreign, { prompt: "none" });
    expect(errorOf(redirectTo(await browser.send("GET", url), REDIRECT_URI))).toBe("consent_required");
    for (const max_age of ["0", "59"]) {
      const old = await browser.send("GET", authorizeUrl(client, { prompt: "none", max_age }));
      expect(errorOf(redirectTo(old, REDIRECT_URI))).toBe("login_required");
    }
    const fresh = await browser.send("GET", authorizeUrl(client, { prompt: "none", max_age: "60" }));
    expect(redirectTo(fresh, REDIRECT_URI).has("code")).toBe(true);
  });

  it("fails for a second factor that the session does not have", async () => {
    const { client, browser } = await arrange();
    const acr_values = "urn:gatehouse:acr:2fa";
    const none = await browser.send("GET", authorizeUrl(client, { prompt: "none", acr_values }));
    expect(errorOf(redirectTo(none, REDIRECT_URI))).toBe("unmet_authentication_requirements");
    // One factor is acceptable, too.
    const both = { prompt: "none", acr_values: `${acr_values} urn:gatehouse:acr:1fa` };
    const answer = await browser.send("GET", authorizeUrl(client, both));
    expect(redirectTo(answer, REDIRECT_URI).has("code")).toBe(true);
  });
});

describe.each<[string, { readonly prompt?: string; readonly max_age?: string }]>([
  ["prompt=login", { prompt: "login" }],
  ["max_age=0", { max_age: "0" }],
  ["a max_age that is over", { max_age: "30" }],
  ["prompt=login consent", { prompt: "login consent" }],
])("%s", (_name, parameters) => {
  it("makes a user with a session sign in again, and issues the code by the new sign-in only", async () => {
    const { client, email, browser } = await arrange();
    const page = await browser.visit(authorizeUrl(client, parameters));
    expect(headingOf(page)).toBe("Sign in");
    // The form is shown again and again, and its path leads to no code without a sign-in.
    expect(headingOf(await browser.visit(page.path))).toBe("Sign in");
    const returnTo = new URL(page.path, "http://x.test").searchParams.get("returnTo") ?? "";
    expect(headingOf(await browser.visit(returnTo))).toBe("Sign in");
    expect(await codesOf(client)).toEqual([]);
    const wrong = await browser.submit(page, { email, password: "wrong" });
    expect(wrong.status).toBe(401);
    service.clock.advance(1000);
    const after = await browser.submit(wrong, { email, password: PASSWORD });
    let answer = await browser.visit(continuedUrl(after));
    if (parameters.prompt === "login consent") answer = await browser.submit(answer, {}, "allow");
    const url = answer.status === 303 ? answer.headers.get("Location") : continuedUrl(answer);
    expect(url).toContain(`${REDIRECT_URI}?code=`);
    const [code] = await codesOf(client);
    const session = await service.env.DB.prepare("SELECT auth_time FROM sessions WHERE id = ?")
      .bind(code?.session_id)
      .first<{ auth_time: number }>();
    expect(session?.auth_time).toBe(service.clock.now());
  });

  it("accepts no interaction of another request, or of an hour ago", async () => {
    const { client, email, browser } = await arrange();
    const page = await browser.visit(authorizeUrl(client, parameters));
    const returnTo = new URL(page.path, "http://x.test").searchParams.get("returnTo") ?? "";
    const own = new URL(returnTo, "http://x.test");
    const interaction = own.searchParams.get("interaction") ?? "";
    service.clock.advance(1000);
    await browser.submit(page, { email, password: PASSWORD });
    service.clock.advance(60_000);
    const other = authorizeUrl(client, { ...parameters, state: "another", interaction });
    expect(headingOf(await browser.visit(other))).toBe("Sign in");
    service.clock.advance(3_600_000);
    expect(headingOf(await browser.visit(returnTo))).toBe("Sign in");
    expect(await codesOf(client)).toEqual([]);
  });
});

describe("max_age", () => {
  it("counts from the new sign-in until the code is issued", async () => {
    const { client, email, browser } = await arrange();
    const page = await browser.visit(authorizeUrl(client, { max_age: "30" }));
    const after = await browser.submit(page, { email, password: PASSWORD });
    const own = continuedUrl(after);
    service.clock.advance(30_000);
    redirectTo(await browser.send("GET", own), REDIRECT_URI);
    service.clock.advance(1);
    expect(headingOf(await browser.visit(own))).toBe("Sign in");
    expect(await codesOf(client)).toHaveLength(1);
  });

  it("counts on the consent page, too", async () => {
    const { email, browser } = await arrange();
    const client = await insertClient();
    const page = await browser.visit(authorizeUrl(client, { max_age: "30" }));
    const after = await browser.submit(page, { email, password: PASSWORD });
    const consent = await browser.visit(continuedUrl(after));
    expect(headingOf(consent)).toBe("Allow access");
    service.clock.advance(30_001);
    const again = await browser.submit(consent, {}, "allow");
    expect(headingOf(await browser.visit(continuedUrl(again)))).toBe("Sign in");
    expect(await codesOf(client)).toEqual([]);
  });

  it("of 0 leaves five minutes for the consent page", async () => {
    const { client, email, browser } = await arrange();
    const page = await browser.visit(authorizeUrl(client, { max_age: "0" }));
    const own = continuedUrl(await browser.submit(page, { email, password: PASSWORD }));
    service.clock.advance(5 * 60_000);
    redirectTo(await browser.send("GET", own), REDIRECT_URI);
    service.clock.advance(1);
    expect(headingOf(await browser.visit(own))).toBe("Sign in");
  });
});

describe("prompt=select_account", () => {
  it("shows the account, and continues with it or with another one", async () => {
    const { client, email, browser } = await arrange();
    const page = await browser.visit(authorizeUrl(client, { prompt: "select_account" }));
    expect(headingOf(page)).toBe("Choose an account");
    expect(page.text).toContain(`Continue as ${email}`);
    expect(await codesOf(client)).toEqual([]);
    const chosen = await browser.send("GET", linkOn(page, "/oauth/authorize"));
    expect(redirectTo(chosen, REDIRECT_URI).has("code")).toBe(true);
    const other = await registerVerifiedUser(service);
    const signIn = await browser.visit(linkOn(page, "/sign-in"));
    expect(headingOf(signIn)).toBe("Sign in");
    const after = await browser.submit(signIn, { email: other.email, password: PASSWORD });
    redirectTo(await browser.send("GET", continuedUrl(after)), REDIRECT_URI);
    const codes = await codesOf(client);
    expect(codes.at(-1)?.account_id).toBe(await accountIdOf(other.email));
  });

  it("a choice counts for the session only in which it was made", async () => {
    const { browser: another } = await arrange();
    const { client, browser } = await arrange();
    const page = await browser.visit(authorizeUrl(client, { prompt: "select_account" }));
    const answer = await another.visit(linkOn(page, "/oauth/authorize"));
    expect(headingOf(answer)).toBe("Choose an account");
  });
});

describe("id_token_hint", () => {
  it("of the signed-in user is accepted, and that of another one makes the user sign in", async () => {
    const { client, browser } = await arrange();
    const { id_token = "" } = await signInToClient(service, browser, client);
    const url = (parameters = {}) => authorizeUrl(client, { id_token_hint: id_token, ...parameters });
    expect(redirectTo(await browser.send("GET", url({ prompt: "none" })), REDIRECT_URI).has("code")).toBe(
      true,
    );
    const other = await arrange();
    const none = await other.browser.send("GET", url({ prompt: "none" }));
    expect(errorOf(redirectTo(none, REDIRECT_URI))).toBe("login_required");
    const page = await other.browser.visit(url());
    expect(headingOf(page)).toBe("Sign in");
    service.clock.advance(1000);
    // The wrong user again: the client is told, and there is no loop.
    const after = await other.browser.submit(page, { email: other.email, password: PASSWORD });
    const wrong = await other.browser.send("GET", continuedUrl(after));
    expect(errorOf(redirectTo(wrong, REDIRECT_URI))).toBe("login_required");
  });

  it("of another client is refused", async () => {
    const { client, browser } = await arrange();
    const { id_token = "" } = await signInToClient(service, browser, client);
    const other = await insertClient({ isFirstParty: true });
    const answer = await browser.send("GET", authorizeUrl(other, { id_token_hint: id_token }));
    expect(errorOf(redirectTo(answer, REDIRECT_URI))).toBe("invalid_request");
  });
});

describe("the ID token", () => {
  it("has the instant of the new sign-in after prompt=login, and the nonce of the request", async () => {
    const { client, email, browser } = await arrange();
    const page = await browser.visit(authorizeUrl(client, { prompt: "login", nonce: "n-1" }));
    service.clock.advance(5000);
    const after = await browser.submit(page, { email, password: PASSWORD });
    const answer = await browser.send("GET", continuedUrl(after));
    const code = redirectTo(answer, REDIRECT_URI).get("code") ?? "";
    const { id_token } = JSON.parse((await redeemCode(service, client, code)).text);
    const claims = decodeJwt(id_token);
    expect(claims.auth_time).toBe(Math.floor(service.clock.now() / 1000));
    expect([claims.nonce, claims.aud]).toEqual(["n-1", client.id]);
  });
});
