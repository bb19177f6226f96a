import { describe, expect, it } from "vitest";
import { openPageBrowser, signedInPageBrowser } from "../../support/pages.ts";
import { startService } from "../../support/service.ts";
import { registerAndLogIn } from "../../support/users.ts";

const HTML = "text/html,application/xhtml+xml";
const service = startService();

type Sent = Record<string, string>;

/** Status, kind of body, and error code of the body and of the log line. */
async function outcomeOf(method: string, path: string, headers: Sent = {}, used = service, body?: string) {
  const response = await used.call(method, path, body, undefined, headers);
  const type = response.headers.get("Content-Type") ?? "none";
  const kind = type.startsWith("application/json") ? "json" : type.startsWith("text/html") ? "page" : type;
  return { ...response, summary: [response.status, kind, used.log.at(-1)?.failure] };
}

const titleIn = (html: string) => /<h1>(.*?)<\/h1>/.exec(html)?.[1];
const textIn = (html: string) => /<p class="lead">(.*?)<\/p>/.exec(html)?.[1];

describe("a failure", () => {
  it.each([
    // The API responds in JSON whatever the client accepts.
    ["GET", "/api/auth/me", "json", "json", 401, "unauthorized"],
    ["GET", "/api/auth/nothing", "json", "json", 404, "not_found"],
    ["PUT", "/api/auth/login", "json", "json", 405, "method_not_allowed"],
    [
      "GET",
      `/api/auth/social/github/start?returnTo=${"x".repeat(4097)}`,
      "json",
      "json",
      400,
      "validation_failed",
    ],
    // A redirect to or from a provider fails in front of a user.
    ["GET", "/api/auth/social/unknown/start?returnTo=%2F", "page", "json", 404, "not_found"],
    // Every other URL responds with a page to a client that accepts HTML.
    ["GET", "/nothing", "page", "json", 404, "not_found"],
    ["PUT", "/sign-in", "page", "json", 405, "method_not_allowed"],
    ["GET", "/avatars/nothing", "page", "json", 404, "not_found"],
    // These are contents of a page, whatever the client accepts.
    ["GET", "/verify-email?token=dead", "page", "page", 400, "token_invalid"],
    ["GET", "/reset-password?token=dead", "page", "page", 400, "token_invalid"],
    ["GET", "/oauth/authorize?client_id=unknown", "page", "page", 400, "validation_failed"],
    ["POST", "/sign-in", "page", "page", 403, "csrf_failed"],
  ])(
    "of %s %.40s is a %s for a browser and %s for others",
    async (method, path, browser, other, status, code) => {
      const body = method === "POST" ? "email=x" : undefined;
      const type: Sent = body === undefined ? {} : { "Content-Type": "application/x-www-form-urlencoded" };
      const html = await outcomeOf(method, path, { ...type, Accept: HTML }, service, body);
      expect(html.summary).toEqual([status, browser, code]);
      const plain = await outcomeOf(method, path, type, service, body);
      expect(plain.summary).toEqual([status, other, code]);
      for (const { headers, body, text } of [html, plain]) {
        const requestId = headers.get("X-Request-Id");
        expect(headers.get("Cache-Control")).toBe("no-store");
        expect(headers.get("WWW-Authenticate")).toBe(status === 401 ? "Bearer" : null);
        expect(headers.get("Allow") === null).toBe(status !== 405);
        if (text.startsWith("{")) expect(body.error).toMatchObject({ code, requestId });
      }
    },
  );

  it("has exactly the members of the envelope", async () => {
    const { body, headers } = await service.get("/me");
    expect(body).toEqual({
      success: false,
      message: "Authentication is required.",
      error: { code: "unauthorized", requestId: headers.get("X-Request-Id") },
    });
  });

  it("of HEAD has the headers of GET and no body", async () => {
    const { summary, text } = await outcomeOf("HEAD", "/nothing", { Accept: HTML });
    expect(summary).toEqual([404, "page", "not_found"]);
    expect(text).toBe("");
  });

  it("has a title and a sentence by its code on a page", async () => {
    const { text } = await outcomeOf("GET", "/nothing", { Accept: HTML });
    expect([titleIn(text), textIn(text)]).toEqual(["Page not found", "Check the address, or go back."]);
  });

  it.each([
    ["en", "Go to sign-in", "Go to your account"],
    ["de", "Zur Anmeldung", "Zu Ihrem Konto"],
  ])("leads back on a page, in the language %s", async (language, signIn, account) => {
    const { email, token } = await registerAndLogIn(service);
    const visitor = openPageBrowser(service, { language });
    const user = await signedInPageBrowser(service, email, { language });
    const down = openPageBrowser(
      startService({
        env: { DB: { prepare: () => ({ bind: () => ({ raw: () => Promise.reject(token) }) }) } },
      }),
      { language },
    );
    down.jar.set("__Host-gh_access", token);
    const buttonOf = async (browser: typeof user, path: string) => {
      const { status, text } = await browser.visit(path);
      const [, href, label] = /<a class="button main" href="([^"]*)">([^<]*)</.exec(text) ?? [];
      return [status, href, label];
    };
    expect(await buttonOf(visitor, "/nothing")).toEqual([404, "/sign-in", signIn]);
    expect(await buttonOf(user, "/nothing")).toEqual([404, "/account", account]);
    expect(await buttonOf(user, "/admin/users")).toEqual([403, "/account", account]);
    expect(await buttonOf(down, "/account")).toEqual([503, "/sign-in", signIn]);
  });

  it("of the database names the request on the page, and says when to retry", async () => {
    const down = { prepare: () => ({ bind: () => ({ raw: () => Promise.reject(new Error("down")) }) }) };
    const used = startService({ env: { DB: down } });
    const { token } = await registerAndLogIn(service);
    for (const Accept of [HTML, "*/*"]) {
      const headers = { Accept, Cookie: `__Host-gh_access=${token}` };
      const found = await outcomeOf("GET", "/account", headers, used);
      expect(found.summary).toEqual([503, Accept === HTML ? "page" : "json", "unavailable"]);
      expect(found.headers.get("Retry-After")).toBe("5");
      if (Accept === HTML) expect(textIn(found.text)).toContain(found.headers.get("X-Request-Id"));
    }
  });

  it("of a limited form that cannot be shown again is the limit, not the dead link", async () => {
    const limited = startService({
      env: { RATE_LIMITS: JSON.stringify({ "reset-password": { limit: 1 } }), BURST: undefined },
    });
    const send = () =>
      outcomeOf(
        "POST",
        "/reset-password",
        { Accept: HTML, "Content-Type": "application/x-www-form-urlencoded" },
        limited,
        "token=dead",
      );
    expect((await send()).summary).toEqual([400, "page", "token_invalid"]);
    const refused = await send();
    expect(refused.summary).toEqual([429, "page", "rate_limited"]);
    expect(titleIn(refused.text)).toBe("Something went wrong");
    expect(refused.headers.get("Retry-After")).toBe("600");
  });
});

describe("a failure of a redirect to or from a provider", () => {
  const path = `/api/auth/social/github/start?${new URLSearchParams({ returnTo: "/account" })}`;
  const notNavigated = { "Sec-Fetch-Dest": "image" };
  const env = { SOCIAL_GITHUB_CLIENT_ID: "id", SOCIAL_GITHUB_CLIENT_SECRET: "secret" };

  it("is a page for a browser, and logged with its code", async () => {
    const used = startService({ env });
    const { summary, text } = await outcomeOf("GET", path, { ...notNavigated, Accept: HTML }, used);
    expect(summary).toEqual([403, "page", "forbidden"]);
    expect([titleIn(text), textIn(text)]).toEqual([
      "You are not signed in",
      "This URL must be opened as a top-level navigation.",
    ]);
  });

  it("is JSON for other clients", async () => {
    const { summary, body } = await outcomeOf("GET", path, notNavigated, startService({ env }));
    expect(summary).toEqual([403, "json", "forbidden"]);
    expect(body.message).toBe("This URL must be opened as a top-level navigation.");
  });
});
