import { describe, expect, it } from "vitest";
import {
  authorizationQuery,
  authorizeUrl,
  codesOf,
  ISSUER,
  redirectTo,
  STATE,
} from "../../../support/authorization-requests.ts";
import { insertClient, NOTES, REDIRECT_URI } from "../../../support/oauth-clients.ts";
import { headingOf, openPageBrowser, signedInPageBrowser } from "../../../support/pages.ts";
import { startService } from "../../../support/service.ts";
import { registerVerifiedUser } from "../../../support/users.ts";

const OTHER = { uri: "https://other.example.com", scopes: { admin: "Administer everything" } };
const service = startService({ env: { RESOURCES: JSON.stringify([NOTES, OTHER]) } });
const browser = await signedInPageBrowser(service, (await registerVerifiedUser(service)).email);

/** The error page: no redirect, no frame, nothing of the request in it. */
async function expectPage(path: string, error: string): Promise<void> {
  for (const opened of [browser, openPageBrowser(service)]) {
    const page = await opened.send("GET", path);
    expect([page.status, headingOf(page)]).toEqual([400, "This request is not valid"]);
    expect(page.headers.has("Location")).toBe(false);
    expect(page.text).toContain(`${error}: `);
    expect(page.text).not.toMatch(/(?:href|src|action|content)="[^"]*evil/);
    expect(page.text).not.toContain('http-equiv="refresh"');
    expect(page.headers.get("X-Frame-Options")).toBe("DENY");
    expect(page.headers.get("Content-Security-Policy")).toContain("frame-ancestors 'none'");
  }
}

describe("an error before the redirect URI is known to be right is a page", () => {
  it("for a missing and an unknown client", async () => {
    const client = await insertClient();
    await expectPage(authorizeUrl(client, { client_id: undefined }), "invalid_request");
    await expectPage(authorizeUrl({ ...client, id: "evil" }), "invalid_client");
    await expectPage("/oauth/authorize", "invalid_request");
  });

  it.each([
    undefined,
    "",
    "https://evil.example/callback",
    `${REDIRECT_URI}.evil.example`,
    `${REDIRECT_URI}/`,
    `${REDIRECT_URI}#evil`,
    "https://notes.example.com@evil.example/callback",
    "https://notes.example.com%2f@evil.example/callback",
    "//evil.example/callback",
    "javascript:alert(1)",
    "https://notes.example.com/callback\r\nSet-Cookie: evil=1",
  ])("for the redirect URI %j", async (redirect_uri) => {
    await expectPage(authorizeUrl(await insertClient(), { redirect_uri }), "invalid_request");
  });

  it.each(["client_id", "redirect_uri", "state", "scope", "code_challenge", "nonce", "prompt"])(
    "for a repeated %s",
    async (name) => {
      const client = await insertClient({ isFirstParty: true });
      const query = authorizationQuery(client, { nonce: "n", prompt: "none" });
      query.append(name, query.get(name) ?? "");
      await expectPage(`/oauth/authorize?${query}`, "invalid_request");
      query.delete(name);
      query.append(name, "https://evil.example/");
      query.append(name, name === "redirect_uri" ? REDIRECT_URI : "x");
      await expectPage(`/oauth/authorize?${query}`, "invalid_request");
      expect(await codesOf(client)).toEqual([]);
    },
  );

  it("for a request that is too long, or has a character that cannot be stored", async () => {
    const client = await insertClient();
    await expectPage(authorizeUrl(client, { state: "x".repeat(4000) }), "invalid_request");
    await expectPage(authorizeUrl(client, { nonce: "a\0b" }), "invalid_request");
  });
});

const PKCE = "PKCE with the code_challenge_method S256 is required.";

describe("any other error goes to the client, with state and iss", () => {
  it.each<[string, Record<string, string | undefined>, string, string?]>([
    ["no response type", { response_type: undefined }, "invalid_request"],
    ["the implicit flow", { response_type: "token" }, "unsupported_response_type"],
    ["the hybrid flow", { response_type: "code id_token" }, "unsupported_response_type"],
    ["response_mode=fragment", { response_mode: "fragment" }, "invalid_request"],
    ["response_mode=form_post", { response_mode: "form_post" }, "invalid_request"],
    ["no PKCE", { code_challenge: undefined, code_challenge_method: undefined }, "invalid_request", PKCE],
    ["no PKCE method, which means plain", { code_challenge_method: undefined }, "invalid_request", PKCE],
    ["PKCE by plain", { code_challenge_method: "plain" }, "invalid_request", PKCE],
    ["PKCE by s256 in lower case", { code_challenge_method: "s256" }, "invalid_request", PKCE],
    ["no challenge", { code_challenge: undefined }, "invalid_request"],
    ["a short challenge", { code_challenge: "abc" }, "invalid_request"],
    ["a padded challenge", { code_challenge: `${"a".repeat(43)}=` }, "invalid_request"],
    ["a request object", { request: "e30.e30." }, "request_not_supported"],
    ["a foreign request_uri", { request_uri: "https://evil.example/r" }, "request_uri_not_supported"],
    ["registration", { registration: "{}" }, "registration_not_supported"],
    ["an unknown scope", { scope: "openid evil" }, "invalid_scope"],
    ["a scope that the client may not have", { scope: "openid phone" }, "invalid_scope"],
    ["a scope of another resource", { scope: "openid admin" }, "invalid_scope"],
    ["another resource", { resource: OTHER.uri }, "invalid_target"],
    ["an unknown resource", { resource: "https://evil.example" }, "invalid_target"],
    ["an unknown prompt", { prompt: "evil" }, "invalid_request"],
    ["prompt=none with another value", { prompt: "none login" }, "invalid_request"],
    ["a max_age that is no number", { max_age: "-1" }, "invalid_request"],
    ["an id_token_hint that is none", { id_token_hint: "a.b.c" }, "invalid_request"],
  ])("%s", async (_name, parameters, error, description) => {
    const client = await insertClient({ isFirstParty: true });
    for (const opened of [browser, openPageBrowser(service)]) {
      const sent = redirectTo(await opened.send("GET", authorizeUrl(client, parameters)), `${REDIRECT_URI}?`);
      expect([...sent.keys()]).toEqual(["error", "error_description", "state", "iss"]);
      expect([sent.get("error"), sent.get("state"), sent.get("iss")]).toEqual([error, STATE, ISSUER]);
      if (description) expect(sent.get("error_description")).toBe(description);
      expect(sent.get("error_description")).toMatch(/^[\x20-\x21\x23-\x5b\x5d-\x7e]+$/);
    }
    expect(await codesOf(client)).toEqual([]);
  });

  it("several resources", async () => {
    const client = await insertClient({ isFirstParty: true });
    const query = authorizationQuery(client, { resource: NOTES.uri });
    query.append("resource", NOTES.uri);
    const sent = redirectTo(await browser.send("GET", `/oauth/authorize?${query}`), REDIRECT_URI);
    expect(sent.get("error")).toBe("invalid_target");
  });

  it("a client without the grant type, and one that must push its requests", async () => {
    const machine = await insertClient({ grantTypes: ["client_credentials"] });
    const refused = redirectTo(await browser.send("GET", authorizeUrl(machine)), REDIRECT_URI);
    expect(refused.get("error")).toBe("unauthorized_client");
    const pushing = await insertClient({ requiresPushedRequests: true, isFirstParty: true });
    const unpushed = redirectTo(await browser.send("GET", authorizeUrl(pushing)), REDIRECT_URI);
    expect(unpushed.get("error")).toBe("invalid_request");
    expect(await codesOf(pushing)).toEqual([]);
  });

  it("no state where the client has sent none", async () => {
    const client = await insertClient();
    const path = authorizeUrl(client, { state: undefined, response_type: "token" });
    const sent = redirectTo(await browser.send("GET", path), REDIRECT_URI);
    expect([...sent.keys()]).toEqual(["error", "error_description", "iss"]);
  });
});
