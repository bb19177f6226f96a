import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { committed } from "../../support/contract/document.ts";
import { expectRefusal } from "../../support/refusal.ts";
import { startService } from "../../support/service.ts";

const service = startService({
  env: { APP_NAME: 'A "quoted" <name> {{nonce}}', APP_COLOR: "#fd0", PUBLIC_URL: "http://docs.test" },
});
const operations = Object.entries(committed.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, { operationId }]) => ({ path, method, operationId })),
);
const names = ["", ...operations.map(({ operationId }) => `/${operationId}`)];

describe("/docs", () => {
  it("leads to a page for each operation, by its method, its path and what it is for", async () => {
    const { text, status } = await service.call("GET", "/docs");
    expect(status).toBe(200);
    const lines = [
      ...text.matchAll(/<a href="\/docs\/(\w+)">\n<span class="verb">(\w+)<\/span> <code>([^<]+)/g),
    ];
    const listed = lines.map(([, operationId, method, path]) => ({
      path,
      method: method?.toLowerCase(),
      operationId,
    }));
    const inOrder = (list: readonly object[]) => list.map((one) => JSON.stringify(one)).sort();
    expect(inOrder(listed)).toEqual(inOrder(operations));
  });

  it("says of an operation what it takes, what it answers and how it fails", async () => {
    const { text } = await service.call("GET", "/docs/logIn");
    for (const part of [
      "<code>/api/auth/login</code>",
      "<code>captchaToken</code>",
      "<code>invalid_credentials</code>",
      "Invalid email or password",
      "&quot;http://docs.test/api/auth/login&quot;",
      "<code>RateLimit</code>",
    ]) {
      expect(text).toContain(part);
    }
  });

  it.each([
    "/docs/nothing",
    "/docs/overview.html",
    "/docs/operations/logIn",
    "/docs/style.css",
    "/docs/",
    "/docs/..%2F..%2Fcommon-passwords.txt",
  ])("has nothing at %s", async (path) => {
    expectRefusal(await service.call("GET", path), 404, "not_found");
  });

  it.each([
    ["are not bound", undefined],
    ["fail", { fetch: async () => new Response(null, { status: 500 }) }],
  ])("is unavailable when the assets %s", async (_what, ASSETS) => {
    expectRefusal(await startService({ env: { ASSETS } }).call("GET", "/docs"), 503, "unavailable");
  });

  it("is unavailable when the sheet is missing, and not plain", async () => {
    const fetch = async (url: string) =>
      url.endsWith(".css") ? new Response(null, { status: 404 }) : (env.ASSETS as Fetcher).fetch(url);
    const bare = startService({ env: { ASSETS: { fetch } } });
    expectRefusal(await bare.call("GET", "/docs"), 503, "unavailable");
  });
});

describe.each(names)("/docs%s", (name) => {
  it("is whole in one answer, under a policy of its own, and asks nobody else", async () => {
    const { status, headers, text } = await service.call("GET", `/docs${name}`);
    expect(status).toBe(200);
    const policy = headers.get("Content-Security-Policy") ?? "";
    const [, nonce = ""] = /style-src 'nonce-([\w-]{43})'/.exec(policy) ?? [];
    expect(policy.split("; ")).toEqual([
      "default-src 'none'",
      `style-src 'nonce-${nonce}'`,
      "script-src 'self'",
      "connect-src 'self'",
      "img-src data:",
      "form-action 'none'",
      "base-uri 'none'",
      "frame-ancestors 'none'",
    ]);
    expect(text).toContain(`<style nonce="${nonce}">:root{--brand:#fd0`);
    expect(text.replace(/<style .*?<\/style>/s, "")).not.toMatch(/\s(?:style|on\w+)=/);
    expect(text.match(/<script[^>]*>/g) ?? []).toSatisfy((scripts: string[]) =>
      scripts.every((script) => script === '<script src="/docs/try.js" defer="">'),
    );
    const asked = [...text.matchAll(/(?:src|href|action)="([^"]*)"/g)].map(([, url = ""]) => url);
    expect(asked.filter((url) => !/^\/(?!\/)/.test(url) && !["#content", "data:,"].includes(url))).toEqual(
      [],
    );
    expect(text.length).toBeLessThan(40 * 1024);
  });

  it("has the name of the deployment as text, and nothing is left to put in", async () => {
    const { text } = await service.call("GET", `/docs${name}`);
    expect(text).toContain("A &quot;quoted&quot; &lt;name&gt; {{nonce}}");
    expect(text).not.toContain("<name>");
    expect(text.replaceAll("&lt;name&gt; {{nonce}}", "")).not.toContain("{{");
  });
});

describe("the script", () => {
  it("is there for the pages, and may be kept for a while", async () => {
    const { status, headers, text } = await service.call("GET", "/docs/try.js");
    expect([status, headers.get("Content-Type")]).toEqual([200, "text/javascript; charset=utf-8"]);
    expect(headers.get("Cache-Control")).toBe("public, max-age=300");
    expect(text).not.toMatch(/https?:|localStorage|sessionStorage|innerHTML|eval/);
  });
});
