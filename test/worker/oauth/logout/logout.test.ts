import { env } from "cloudflare:workers";
import { decodeJwt } from "jose";
import { describe, expect, it } from "vitest";
import { continuedUrl, signInToClient } from "../../../support/authorization-requests.ts";
import { insertClient, RESOURCES } from "../../../support/oauth-clients.ts";
import { headingOf, openPageBrowser, signedInPageBrowser } from "../../../support/pages.ts";
import { startService } from "../../../support/service.ts";
import { registerVerifiedUser } from "../../../support/users.ts";

const service = startService({ env: { RESOURCES } });
const SIGNED_OUT = "https://notes.example.com/signed-out";

async function arrange() {
  const client = await insertClient({ isFirstParty: true });
  const { email } = await registerVerifiedUser(service);
  const browser = await signedInPageBrowser(service, email);
  const tokens = await signInToClient(service, browser, client);
  const sid = decodeJwt(tokens.access_token).sid;
  return { client, email, browser, idToken: tokens.id_token ?? "", sid };
}

const isLive = async (sessionId: unknown): Promise<boolean> =>
  (await env.DB.prepare("SELECT 1 FROM sessions WHERE id = ? AND revoked_at IS NULL")
    .bind(sessionId)
    .first()) !== null;

const logoutUrl = (parameters: Record<string, string>) => `/oauth/logout?${new URLSearchParams(parameters)}`;

describe("a logout with the ID token of this session", () => {
  it("ends the session and its client sessions at once, and returns to the client with the state", async () => {
    const { browser, idToken, sid } = await arrange();
    const url = logoutUrl({ id_token_hint: idToken, post_logout_redirect_uri: SIGNED_OUT, state: "a b&c" });
    const answer = await browser.send("GET", url);
    expect([answer.status, answer.headers.get("Location")]).toEqual([303, `${SIGNED_OUT}?state=a+b%26c`]);
    expect(await isLive(sid)).toBe(false);
    expect(browser.jar.has("__Host-gh_refresh")).toBe(false);
    expect(headingOf(await browser.visit("/account"))).toBe("Sign in");
  });

  it("accepts an expired one, and stays here without a redirect URI", async () => {
    const { browser, idToken, sid } = await arrange();
    service.clock.advance(3_600_000);
    const page = await browser.visit(logoutUrl({ id_token_hint: idToken }));
    expect([page.status, headingOf(page)]).toEqual([200, "You are signed out"]);
    expect(await isLive(sid)).toBe(false);
  });

  it("does not sign out for a prefetch or an image", async () => {
    const { browser, idToken, sid } = await arrange();
    for (const headers of [{ "Sec-Purpose": "prefetch" }, { "Sec-Fetch-Dest": "image" }] as Record<
      string,
      string
    >[])
      await browser.send("GET", logoutUrl({ id_token_hint: idToken }), undefined, headers);
    await browser.send("HEAD", logoutUrl({ id_token_hint: idToken }));
    expect(await isLive(sid)).toBe(true);
  });

  it("works by POST of the client's page, through a redirect that carries the cookies", async () => {
    const { browser, idToken, sid } = await arrange();
    const form = new URLSearchParams({
      id_token_hint: idToken,
      post_logout_redirect_uri: SIGNED_OUT,
      state: "s",
    });
    const answer = await openPageBrowser(service).send("POST", "/oauth/logout", form, {
      Origin: "https://notes.example.com",
      "Sec-Fetch-Site": "cross-site",
    });
    expect(answer.status).toBe(303);
    const then = await browser.send("GET", answer.headers.get("Location") ?? "");
    expect(then.headers.get("Location")).toBe(`${SIGNED_OUT}?state=s`);
    expect(await isLive(sid)).toBe(false);
  });
});

describe("any other logout asks", () => {
  it("without an ID token; the answer returns to the client by a page of the service", async () => {
    const { client, browser, sid } = await arrange();
    const url = logoutUrl({ client_id: client.id, post_logout_redirect_uri: SIGNED_OUT, state: "s" });
    const page = await browser.visit(url);
    expect(headingOf(page)).toBe("Sign out");
    expect(page.text).toContain("Notes asks");
    expect(page.headers.get("X-Frame-Options")).toBe("DENY");
    expect(await isLive(sid)).toBe(true);
    const leading = await browser.submit(page, {}, "end");
    expect(continuedUrl(leading)).toBe(`${SIGNED_OUT}?state=s`);
    expect(await isLive(sid)).toBe(false);
  });

  it("without any parameter", async () => {
    const { browser, sid } = await arrange();
    const page = await browser.visit("/oauth/logout");
    expect(headingOf(page)).toBe("Sign out");
    const after = await browser.submit(page, {}, "end");
    expect(headingOf(after)).toBe("You are signed out");
    expect(await isLive(sid)).toBe(false);
  });

  it("with the ID token of another user, or of another session of this user", async () => {
    const { browser, sid, email } = await arrange();
    const other = await arrange();
    const elsewhere = await signedInPageBrowser(service, email);
    const { id_token = "" } = await signInToClient(service, elsewhere, other.client);
    for (const id_token_hint of [other.idToken, id_token]) {
      const page = await browser.visit(logoutUrl({ id_token_hint, post_logout_redirect_uri: SIGNED_OUT }));
      expect(headingOf(page)).toBe("Sign out");
    }
    expect([await isLive(sid), await isLive(other.sid)]).toEqual([true, true]);
  });

  it("a form of another site does not sign out", async () => {
    const { browser, sid } = await arrange();
    const answer = await browser.send("POST", "/oauth/logout", new URLSearchParams({ act: "end" }), {
      Origin: "https://evil.example",
      "Sec-Fetch-Site": "cross-site",
    });
    expect(answer.status).toBe(403);
    expect(await isLive(sid)).toBe(true);
  });
});

describe("no open redirect", () => {
  it.each([
    "https://evil.example/",
    `${SIGNED_OUT}/`,
    `${SIGNED_OUT}?x`,
    `${SIGNED_OUT}#x`,
    "https://notes.example.com/signed-out@evil.example",
    "https://NOTES.example.com/signed-out",
    "https://notes.example.com/callback",
    "javascript:alert(1)",
    "//evil.example",
  ])("to %s", async (post_logout_redirect_uri) => {
    const { client, browser, idToken, sid } = await arrange();
    for (const [name, value] of [
      ["client_id", client.id],
      ["id_token_hint", idToken],
    ] as const) {
      const answer = await browser.send("GET", logoutUrl({ [name]: value, post_logout_redirect_uri }));
      expect([answer.status, answer.headers.has("Location")]).toEqual([400, false]);
    }
    expect(await isLive(sid)).toBe(true);
  });

  it("without a client, with an unknown one, with an invalid ID token, and with that of another client", async () => {
    const { client, browser, idToken, sid } = await arrange();
    const other = await insertClient();
    for (const parameters of [
      {},
      { client_id: "unknown" },
      { id_token_hint: "a.b.c" },
      { id_token_hint: `${idToken.slice(0, -6)}aaaaaa`, client_id: client.id },
      { id_token_hint: idToken, client_id: other.id },
    ] as Record<string, string>[]) {
      const url = logoutUrl({ ...parameters, post_logout_redirect_uri: SIGNED_OUT });
      const answer = await browser.send("GET", url);
      expect([answer.status, answer.headers.has("Location")]).toEqual([400, false]);
    }
    expect(await isLive(sid)).toBe(true);
  });

  it("an access token is no ID token", async () => {
    const { client, browser } = await arrange();
    const { access_token } = await signInToClient(service, browser, client);
    const answer = await browser.send("GET", logoutUrl({ id_token_hint: access_token }));
    expect(answer.status).toBe(400);
  });

  it("a browser without a session returns at once", async () => {
    const client = await insertClient();
    const url = logoutUrl({ client_id: client.id, post_logout_redirect_uri: SIGNED_OUT });
    const answer = await openPageBrowser(service).send("GET", url);
    expect(answer.headers.get("Location")).toBe(SIGNED_OUT);
  });
});
