import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import type { Client } from "../../../../src/oauth/clients/client.ts";
import {
  authorizeUrl,
  codesOf,
  continuedUrl,
  grantsOf,
  ISSUER,
  redirectTo,
  STATE,
} from "../../../support/authorization-requests.ts";
import { insertClient, NOTES, REDIRECT_URI, RESOURCES } from "../../../support/oauth-clients.ts";
import { formsIn, headingOf, linkOn, openPageBrowser, signedInPageBrowser } from "../../../support/pages.ts";
import { startService } from "../../../support/service.ts";
import { accountIdOf, PASSWORD, registerVerifiedUser } from "../../../support/users.ts";

const service = startService({
  env: { RESOURCES, CLIENT_METADATA_DOCUMENTS: "on", CLIENT_REGISTRATION: "on" },
});

async function arrange(overrides: Partial<Client> = {}) {
  const client = await insertClient(overrides);
  const { email } = await registerVerifiedUser(service);
  const browser = await signedInPageBrowser(service, email);
  return { client, email, browser };
}

const LOOPBACK = ["http://127.0.0.1:3000/callback"];

describe("the consent page", () => {
  it("names the client, its host, each scope, the account and the receiver", async () => {
    const { client, email, browser } = await arrange({ logoUri: "https://cdn.example.net/logo.png" });
    const page = await browser.visit(
      authorizeUrl(client, { scope: "openid email offline_access notes:read" }),
    );
    expect([page.status, headingOf(page)]).toEqual([200, "Allow access"]);
    for (const text of [
      "Notes wants to use your account at Gatehouse.",
      ">notes.example.com<",
      "Sign you in with your account",
      "See your email address",
      "Keep its access after you sign out",
      "Read your notes",
      `Signed in as ${email}.`,
      "continues to notes.example.com",
    ])
      expect(page.text).toContain(text);
    expect(page.text).not.toContain("Change your notes");
    expect(page.text).not.toContain("This app runs on your device");
    expect(page.text).toContain('src="https://cdn.example.net/logo.png"');
    const policy = page.headers.get("Content-Security-Policy") ?? "";
    expect(policy).toContain("img-src 'self' data: https://cdn.example.net;");
    expect(policy).toContain("form-action 'self';");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(page.headers.get("X-Frame-Options")).toBe("DENY");
    expect(page.text).not.toContain('http-equiv="refresh"');
    expect(await codesOf(client)).toEqual([]);
  });

  it("names the resource, also without one of its scopes", async () => {
    const { client, browser } = await arrange();
    const page = await browser.visit(authorizeUrl(client, { scope: "openid", resource: NOTES.uri }));
    expect(page.text).toContain(`<li>Access ${NOTES.uri} on your behalf</li>`);
    const none = await arrange({ resources: [] });
    const without = await none.browser.visit(authorizeUrl(none.client, { scope: "openid" }));
    expect(without.text).not.toContain("on your behalf</li>");
  });

  it.each(["registration", "metadata"] as const)("loads no logo of a client of %s", async (source) => {
    const id = `https://mcp-${crypto.randomUUID()}.example.org/client.json`;
    const metadataExpiresAt = service.clock.now() + 3_600_000;
    const { client, browser } = await arrange({
      ...(source === "metadata" ? { id, metadataExpiresAt } : {}),
      ...{ source, logoUri: "https://cdn.example.net/logo.png" },
    });
    const page = await browser.visit(authorizeUrl(client));
    expect(headingOf(page)).toBe("Allow access");
    expect(page.text).not.toContain("cdn.example.net");
    expect(page.headers.get("Content-Security-Policy")).not.toContain("cdn.example.net");
  });

  it("loads no logo over http", async () => {
    const { client, browser } = await arrange({ logoUri: "http://cdn.example.net/logo.png" });
    const page = await browser.visit(authorizeUrl(client));
    expect(page.text).not.toContain("cdn.example.net");
    expect(page.headers.get("Content-Security-Policy")).not.toContain("cdn.example.net");
  });

  it("shows the host of a metadata document, and no other", async () => {
    const { client, browser } = await arrange({
      id: `https://mcp-${crypto.randomUUID()}.example.org/client.json`,
      source: "metadata",
      metadataExpiresAt: service.clock.now() + 3_600_000,
      clientUri: "https://bank.example.com",
    });
    const page = await browser.visit(authorizeUrl(client));
    expect(page.text).toContain(`>${new URL(client.id).host}<`);
    expect(page.text).not.toContain("bank.example.com");
  });

  it("shows neither the home page nor the logo of a client that has registered itself", async () => {
    const { client, browser } = await arrange({
      source: "registration",
      clientUri: "https://bank.example.com",
      logoUri: "https://bank.example.com/logo.png",
    });
    const page = await browser.visit(authorizeUrl(client));
    expect(page.text).not.toContain("bank.example.com");
    expect(page.headers.get("Content-Security-Policy")).not.toContain("bank.example.com");
  });

  it("Allow stores the consent and leads to the client with a code, by a page of the service", async () => {
    const { client, email, browser } = await arrange();
    const page = await browser.visit(authorizeUrl(client));
    const answer = await browser.press(page, {}, "allow");
    expect(answer.status).toBe(303);
    expect(answer.headers.get("Location")).toMatch(/^\/oauth\/continue\?to=[\w.-]+$/);
    const leading = await browser.visit(answer.headers.get("Location") ?? "");
    expect(headingOf(leading)).toBe("Continue to notes.example.com");
    expect(leading.headers.get("X-Frame-Options")).toBe("DENY");
    const url = new URL(continuedUrl(leading));
    expect(linkOn(leading, REDIRECT_URI)).toBe(url.href);
    expect(url.searchParams.get("code")).toMatch(/^[\w-]{43}$/);
    expect([url.searchParams.get("state"), url.searchParams.get("iss")]).toEqual([STATE, ISSUER]);
    const [grant] = await grantsOf(client);
    expect(grant).toMatchObject({
      account_id: await accountIdOf(email),
      resource: NOTES.uri,
      scope: "notes:read openid",
      redirect_host: "notes.example.com",
    });
    const event = await env.DB.prepare("SELECT details FROM audit_events WHERE account_id = ? AND type = ?")
      .bind(await accountIdOf(email), "app_authorized")
      .all<{ details: string }>();
    expect(event.results.map(({ details }) => JSON.parse(details))).toEqual([
      { client: client.id, scope: "notes:read openid" },
    ]);
    service.clock.advance(301_000);
    const expired = await browser.visit(answer.headers.get("Location") ?? "");
    expect([expired.status, expired.text.includes(REDIRECT_URI)]).toEqual([400, false]);
  });

  it("Deny leads to the client with access_denied, and stores nothing", async () => {
    const { client, browser } = await arrange();
    const page = await browser.submit(await browser.visit(authorizeUrl(client)), {}, "deny");
    const url = new URL(continuedUrl(page));
    expect([...url.searchParams.keys()]).toEqual(["error", "error_description", "state", "iss"]);
    expect(url.searchParams.get("error")).toBe("access_denied");
    expect([await codesOf(client), await grantsOf(client)]).toEqual([[], []]);
  });

  it("is remembered for the same scopes and fewer, and asks for more", async () => {
    const { client, browser } = await arrange();
    await browser.submit(await browser.visit(authorizeUrl(client)), {}, "allow");
    for (const scope of ["openid notes:read", "notes:read", "openid"]) {
      const answer = await browser.send("GET", authorizeUrl(client, { scope }));
      expect(redirectTo(answer, REDIRECT_URI).has("code")).toBe(true);
    }
    const more = await browser.visit(authorizeUrl(client, { scope: "openid notes:write" }));
    expect(headingOf(more)).toBe("Allow access");
    await browser.submit(more, {}, "allow");
    expect((await grantsOf(client)).map(({ scope }) => scope)).toEqual(["notes:read notes:write openid"]);
    const again = await browser.visit(authorizeUrl(client, { prompt: "consent" }));
    expect(headingOf(again)).toBe("Allow access");
  });

  it("is remembered for that account, client, resource and redirect host only", async () => {
    const other = "https://notes2.example.com/callback";
    const { client, browser } = await arrange({ redirectUris: [REDIRECT_URI, other] });
    await browser.submit(await browser.visit(authorizeUrl(client)), {}, "allow");
    const { browser: another } = await arrange();
    const second = await insertClient();
    for (const [opened, url] of [
      [browser, authorizeUrl(client, { redirect_uri: other })],
      [browser, authorizeUrl(second)],
      [another, authorizeUrl(client)],
    ] as const)
      expect(headingOf(await opened.visit(url))).toBe("Allow access");
  });
});

describe("clients that run on the device", () => {
  it.each([
    ["a loopback address", LOOPBACK],
    ["localhost", ["http://localhost:3000/callback"]],
    ["a private scheme", ["com.example.notes:/callback"]],
  ])("%s always asks, even a client of the team that the user has allowed", async (_name, redirectUris) => {
    const { client, browser } = await arrange({
      redirectUris,
      isFirstParty: true,
      type: "public",
      authMethod: "none",
    });
    for (let time = 0; time < 2; time += 1) {
      const page = await browser.visit(authorizeUrl(client));
      expect(headingOf(page)).toBe("Allow access");
      const leading = await browser.submit(page, {}, "allow");
      expect(continuedUrl(leading)).toMatch(
        /^(http:\/\/(127\.0\.0\.1|localhost):3000|com\.example\.notes:)\/callback\?code=/,
      );
    }
    const none = await browser.send("GET", authorizeUrl(client, { prompt: "none" }));
    expect(redirectTo(none, redirectUris[0] ?? "").get("error")).toBe("consent_required");
    expect(await grantsOf(client)).toHaveLength(1);
    expect(await codesOf(client)).toHaveLength(2);
  });

  it("the page warns of a redirect to the device, and shows its address without the port", async () => {
    const { client, browser } = await arrange({ redirectUris: LOOPBACK });
    const page = await browser.visit(
      authorizeUrl(client, { redirect_uri: "http://127.0.0.1:51004/callback" }),
    );
    expect(page.text).toContain("This app runs on your device");
    expect(page.text).toContain("continues to 127.0.0.1 afterwards");
    const both = await arrange({ redirectUris: [...LOOPBACK, REDIRECT_URI] });
    for (const uri of both.client.redirectUris) {
      const other = await both.browser.visit(authorizeUrl(both.client, { redirect_uri: uri }));
      expect(other.text.includes("This app runs on your device")).toBe(uri !== REDIRECT_URI);
    }
  });
});

describe("attacks on the consent page", () => {
  it("a form of another site, of another session or without a token gives no consent", async () => {
    const { client, browser } = await arrange();
    const page = await browser.visit(authorizeUrl(client));
    const form = formsIn(page).find(({ values }) => values.act === "allow");
    const action = form?.action ?? "";
    const submit = (fields: Record<string, string>, headers: Record<string, string>) =>
      browser.send("POST", action, new URLSearchParams(fields), headers);
    const own = { Origin: "null", "Sec-Fetch-Site": "same-origin" };
    const { browser: another } = await arrange();
    const foreign = formsIn(await another.visit(page.path)).find(({ values }) => values.act === "allow");
    for (const [fields, headers] of [
      [form?.values, { Origin: "https://evil.example", "Sec-Fetch-Site": "cross-site" }],
      [form?.values, { Origin: "null", "Sec-Fetch-Site": "cross-site" }],
      [{ act: "allow" }, own],
      [{ act: "allow", csrf: foreign?.values.csrf ?? "" }, own],
    ] as const) {
      const answer = await submit({ ...fields }, headers);
      expect(answer.status).toBe(403);
    }
    expect([await codesOf(client), await grantsOf(client)]).toEqual([[], []]);
    const get = await browser.send("GET", `${page.path}&act=allow`);
    expect(get.status).not.toBe(303);
    expect(await codesOf(client)).toEqual([]);
  });

  it("an unknown answer is no consent", async () => {
    const { client, browser } = await arrange();
    const page = await browser.visit(authorizeUrl(client));
    const form = formsIn(page).find(({ values }) => values.act === "allow");
    const answer = await browser.post(form?.action ?? "", { csrf: form?.values.csrf ?? "" });
    const leading = await browser.visit(answer.headers.get("Location") ?? "");
    expect(new URL(continuedUrl(leading)).searchParams.get("error")).toBe("access_denied");
    expect(await grantsOf(client)).toEqual([]);
  });

  it("the page checks the request again: a changed one is refused", async () => {
    const { client, browser } = await arrange();
    const consent = (parameters: object) =>
      browser.send("GET", authorizeUrl(client, { ...parameters }).replace("authorize", "consent"));
    const evil = await consent({ redirect_uri: "https://evil.example/" });
    expect([evil.status, evil.headers.has("Location")]).toEqual([400, false]);
    const scope = await consent({ scope: "openid admin" });
    expect(redirectTo(scope, REDIRECT_URI).get("error")).toBe("invalid_scope");
    const login = await consent({ prompt: "login" });
    expect(login.headers.get("Location")).toMatch(/^\/oauth\/authorize\?/);
  });

  it("the page without a session leads to the sign-in page and back", async () => {
    const client = await insertClient();
    const { email } = await registerVerifiedUser(service);
    const browser = openPageBrowser(service);
    const page = await browser.visit(authorizeUrl(client).replace("authorize", "consent"));
    expect(headingOf(page)).toBe("Sign in");
    const consent = await browser.submit(page, { email, password: PASSWORD });
    expect(headingOf(consent)).toBe("Allow access");
  });

  it("the user may switch to another account, which then gives its own consent", async () => {
    const { client, browser } = await arrange();
    service.clock.advance(1000);
    const page = await browser.visit(authorizeUrl(client));
    const other = await registerVerifiedUser(service);
    const signIn = await browser.visit(linkOn(page, "/sign-in"));
    expect(headingOf(signIn)).toBe("Sign in");
    const after = await browser.submit(signIn, { email: other.email, password: PASSWORD });
    const consent = await browser.visit(continuedUrl(after));
    expect(consent.text).toContain(`Signed in as ${other.email}.`);
    await browser.submit(consent, {}, "allow");
    expect((await grantsOf(client)).map(({ account_id }) => account_id)).toEqual([
      await accountIdOf(other.email),
    ]);
  });
});

describe("/oauth/continue", () => {
  it.each([
    "",
    "?to=",
    "?to=https://evil.example",
    "?to=a.b.c",
    "?returnTo=https://evil.example",
    "?returnTo=//evil.example",
    "?returnTo=/\\evil.example",
    "?returnTo=javascript:alert(1)",
  ])("leads nowhere with %j", async (query) => {
    const page = await openPageBrowser(service).visit(`/oauth/continue${query}`);
    expect(page.status).toBe(400);
    expect(page.text).not.toContain('http-equiv="refresh"');
    expect(page.text).not.toMatch(/href="[^"]*evil/);
  });
});
