import { describe, expect, it } from "vitest";
import type { ClientSource } from "../../../../src/oauth/clients/client.ts";
import {
  authorizeUrl,
  continuedUrl,
  ISSUER,
  redirectTo,
  STATE,
} from "../../../support/authorization-requests.ts";
import { insertClient, REDIRECT_URI, RESOURCES } from "../../../support/oauth-clients.ts";
import {
  headingOf,
  openPageBrowser,
  type PageResponse,
  signedInPageBrowser,
} from "../../../support/pages.ts";
import { startService } from "../../../support/service.ts";
import { registerVerifiedUser } from "../../../support/users.ts";

const service = startService({
  env: { RESOURCES, CLIENT_METADATA_DOCUMENTS: "on", CLIENT_REGISTRATION: "on" },
});

const insert = (source: ClientSource) =>
  insertClient({
    source,
    ...(source === "metadata"
      ? {
          id: `https://mcp-${crypto.randomUUID()}.example.org/client.json`,
          metadataExpiresAt: service.clock.now() + 3_600_000,
        }
      : {}),
  });

const signedIn = async () => signedInPageBrowser(service, (await registerVerifiedUser(service)).email);

/** Expects the page that names the host and does not lead on by itself. Returns the URL of its link. */
function manualUrl(page: PageResponse): URL {
  expect([page.status, headingOf(page)]).toEqual([200, "Continue to notes.example.com"]);
  expect(page.text).not.toContain('http-equiv="refresh"');
  expect(page.text).toContain("notes.example.com is not verified by Gatehouse.");
  const [, href = ""] = /<a class="button main" href="([^"]*)"/.exec(page.text) ?? [];
  expect(href.startsWith(REDIRECT_URI)).toBe(true);
  return new URL(href.replaceAll("&amp;", "&").replaceAll("&#39;", "'").replaceAll("&quot;", '"'));
}

/** Requests that fail before or after a sign-in, each without consent. */
const FAILURES: readonly (readonly [string, Record<string, string>])[] = [
  ["invalid_scope", { scope: "unknown" }],
  ["unsupported_response_type", { response_type: "token" }],
  ["login_required", { prompt: "none", max_age: "0" }],
  ["invalid_request", { id_token_hint: "x" }],
  ["access_denied", { interaction: "cancelled" }],
];

describe.each<[ClientSource]>([["registration"], ["metadata"]])("a client of the source %s", (source) => {
  it.each(FAILURES)("gets the error %s only after a click of the user", async (error, parameters) => {
    const client = await insert(source);
    for (const browser of [openPageBrowser(service), await signedIn()]) {
      const answer = await browser.send("GET", authorizeUrl(client, parameters));
      expect([answer.status, answer.headers.get("Location")]).toEqual([
        303,
        expect.stringMatching(/^\/oauth\/continue\?to=/),
      ]);
      const url = manualUrl(await browser.visit(answer.headers.get("Location") ?? ""));
      expect(url.searchParams.get("error")).toBe(error);
      expect([url.searchParams.get("state"), url.searchParams.get("iss")]).toEqual([STATE, ISSUER]);
    }
  });

  it("gets the refusal of the user only after a click", async () => {
    const client = await insert(source);
    const browser = await signedIn();
    const consent = await browser.visit(authorizeUrl(client));
    const url = manualUrl(await browser.submit(consent, {}, "deny"));
    expect(url.searchParams.get("error")).toBe("access_denied");
  });

  it("gets its code at once, but the link leads no other browser to it", async () => {
    const client = await insert(source);
    const browser = await signedIn();
    const consent = await browser.visit(authorizeUrl(client));
    const page = await browser.submit(consent, {}, "allow");
    expect(new URL(continuedUrl(page)).searchParams.has("code")).toBe(true);
    for (const other of [openPageBrowser(service), await signedIn()]) manualUrl(await other.visit(page.path));
    // The remembered consent needs no page.
    const again = redirectTo(await browser.send("GET", authorizeUrl(client)), REDIRECT_URI);
    expect(again.has("code")).toBe(true);
  });

  it("receives the user after a logout only after a click, unless it has signed in that user", async () => {
    const client = await insert(source);
    const query = new URLSearchParams({
      client_id: client.id,
      post_logout_redirect_uri: "https://notes.example.com/signed-out",
    });
    const answer = await openPageBrowser(service).send("GET", `/oauth/logout?${query}`);
    expect(answer.headers.get("Location")).toMatch(/^\/oauth\/continue\?to=/);
    const browser = await signedIn();
    const page = await browser.submit(await browser.visit(`/oauth/logout?${query}`), {}, "end");
    expect([headingOf(page), page.text.includes('http-equiv="refresh"')]).toEqual([
      "Continue to notes.example.com",
      false,
    ]);
  });
});

describe("a client that an operator has registered", () => {
  it.each(FAILURES)("gets the error %s at once", async (error, parameters) => {
    const client = await insert("configuration");
    const answer = await openPageBrowser(service).send("GET", authorizeUrl(client, parameters));
    expect(redirectTo(answer, REDIRECT_URI).get("error")).toBe(error);
  });
});
