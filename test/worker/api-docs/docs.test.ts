import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { expectErrorResponse } from "../../support/assertions.ts";
import { startService } from "../../support/service.ts";

const service = startService({ env: { APP_NAME: 'A "quoted" <name>', PUBLIC_URL: "http://docs.test" } });
const SCRIPTS = ["/docs/scalar.js", "/docs/start.js"];
const policyOf = async (path: string) =>
  (await service.call("GET", path)).headers.get("Content-Security-Policy") ?? "";

describe("GET /docs", () => {
  it("/docs allows inline styles and requests to its own origin, and nothing else", async () => {
    expect((await policyOf("/docs")).split("; ")).toEqual([
      "default-src 'none'",
      "script-src 'self'",
      "style-src 'self' 'unsafe-inline'",
      "connect-src 'self'",
      "img-src 'self' data:",
      "form-action 'none'",
      "base-uri 'none'",
      "frame-ancestors 'none'",
    ]);
  });

  it.each(["/forgot-password", "/openapi.json", "/docs/scalar.js", "/docs/start.js", "/docs/nothing"])(
    "leaves the policy of %s strict",
    async (path) => {
      const policy = await policyOf(path);
      expect(policy).toContain("default-src 'none'");
      expect(policy).not.toMatch(/unsafe|connect-src/);
    },
  );

  it("/docs is a page that loads Scalar's bundle and the script that starts it", async () => {
    const { status, headers, text } = await service.call("GET", "/docs");
    expect([status, headers.get("Content-Type")]).toEqual([200, "text/html; charset=UTF-8"]);
    expect([...text.matchAll(/<script[^>]*>/g)].map(([tag]) => tag)).toEqual(
      SCRIPTS.map((path) => `<script src="${path}" defer>`),
    );
    expect(text).not.toMatch(/<style|\s(?:style|on\w+)=/);
    const urls = [...text.matchAll(/(?:src|href|action)="([^"]*)"/g)].map(([, url]) => url);
    expect(urls).toEqual(["data:,", "/openapi.json", ...SCRIPTS]);
  });

  it("/docs shows the name of the deployment as text", async () => {
    const { text } = await service.call("GET", "/docs");
    expect(text).toContain("<title>A &quot;quoted&quot; &lt;name&gt; auth API</title>");
    expect(text).not.toContain("<name>");
  });

  it.each([
    "/docs/nothing",
    "/docs/logIn",
    "/docs/operations/logIn",
    "/docs/try.js",
    "/docs/style.css",
    "/docs/",
    "/docs/..%2F..%2Fcommon-passwords.txt",
    "/pages/api-reference.js",
  ])("answers 404 not_found at %s", async (path) => {
    expectErrorResponse(await service.call("GET", path), 404, "not_found");
  });
});

describe.each(SCRIPTS)("GET %s", (path) => {
  it("serves a script that a browser may keep for five minutes", async () => {
    const { status, headers, text } = await service.call("GET", path);
    expect([status, headers.get("Content-Type")]).toEqual([200, "text/javascript; charset=utf-8"]);
    expect(headers.get("Cache-Control")).toBe("public, max-age=300");
    expect(headers.get("X-Content-Type-Options")).toBe("nosniff");
    expect(text.length).toBeGreaterThan(500);
  });

  it("answers 304 to a browser that has the same version", async () => {
    const { headers } = await service.call("GET", path);
    const etag = headers.get("ETag") ?? "";
    expect(etag).toMatch(/^(?:W\/)?"[^"]+"$/);
    const again = (known: string) =>
      service.call("GET", path, undefined, undefined, { "If-None-Match": known });
    const same = await again(`"other", ${etag}`);
    expect([same.status, same.text, same.headers.get("ETag")]).toEqual([304, "", etag]);
    expect(same.headers.get("Cache-Control")).toBe("public, max-age=300");
    expect((await again('"other"')).status).toBe(200);
  });

  it.each([
    ["the assets are not bound", undefined],
    ["the assets fail", { fetch: async () => new Response(null, { status: 500 }) }],
    ["the file is missing", { fetch: async () => new Response(null, { status: 404 }) }],
  ])("answers 503 unavailable when %s", async (_cause, ASSETS) => {
    expectErrorResponse(await startService({ env: { ASSETS } }).call("GET", path), 503, "unavailable");
  });
});

describe("GET /docs/start.js", () => {
  it("start.js names no other origin, and switches off every service of Scalar's", async () => {
    const { text } = await service.call("GET", "/docs/start.js");
    expect(text).not.toMatch(/https?:|localStorage|sessionStorage|innerHTML|eval/);
    for (const setting of [
      'url: "/openapi.json"',
      "withDefaultFonts: false",
      "telemetry: false",
      "agent: { disabled: true }",
      "mcp: { disabled: true }",
      "hideClientButton: true",
      'showDeveloperTools: "never"',
      "persistAuth: false",
    ]) {
      expect(text).toContain(setting);
    }
    expect(text).not.toContain("proxyUrl");
  });

  it("start.js is the committed file public/pages/api-reference.js", async () => {
    const file = await (env.ASSETS as Fetcher).fetch("http://assets.test/pages/api-reference.js");
    expect((await service.call("GET", "/docs/start.js")).text).toBe(await file.text());
  });
});
