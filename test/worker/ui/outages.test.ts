import { describe, expect, it } from "vitest";
import { startService } from "../../support/service.ts";

const noAssets = { ASSETS: { fetch: async () => new Response(null, { status: 500 }) } };
const wrong = { AUTH_SECRET: "short", ACCESS_TOKEN_TTL: "soon <b>" };

const getPage = (env: Record<string, unknown>, language = "en", path = "/sign-in") =>
  startService({ env }).call("GET", path, undefined, undefined, {
    Accept: "text/html",
    "Accept-Language": language,
  });

describe("the 503 page", () => {
  it.each([
    ["the assets fail", noAssets],
    ["the configuration is invalid", wrong],
    ["the configuration is invalid in production", { ...wrong, ENVIRONMENT: "production" }],
  ])("a browser gets a 503 page in its language when %s", async (_cause, env) => {
    for (const [language, sentence] of [
      ["en", "The service is temporarily unavailable."],
      ["de", "Der Dienst ist gerade nicht erreichbar."],
    ] as const) {
      const { status, headers, text } = await getPage(env, language);
      expect([status, headers.get("Content-Type")]).toEqual([503, "text/html; charset=UTF-8"]);
      expect(Number(headers.get("Retry-After"))).toBeGreaterThan(0);
      expect(headers.get("Content-Security-Policy")).toContain("default-src 'none'");
      expect(headers.get("Cache-Control")).toBe("no-store");
      expect(text).toContain(`<html lang="${language}">`);
      expect(text).toContain(`<p>${sentence}`);
      expect(text).toContain(headers.get("X-Request-Id"));
    }
  });

  it("the 503 page lists the configuration errors in development, and none in production", async () => {
    const { text } = await getPage(wrong);
    expect(text).toContain("AUTH_SECRET must have 32 bytes at least");
    expect(text).toContain("ACCESS_TOKEN_TTL must be a number of seconds");
    expect(text).not.toMatch(/short|soon/);
    expect((await getPage({ ...wrong, ENVIRONMENT: "production" })).text).not.toMatch(/AUTH_SECRET|TTL/);
    expect((await getPage({ ...wrong, ENVIRONMENT: undefined })).text).not.toMatch(/AUTH_SECRET|TTL/);
  });

  it("a failure is JSON for clients that accept no HTML, and for the API", async () => {
    const service = startService({ env: wrong });
    expect((await service.call("GET", "/sign-in")).body.error?.code).toBe("unavailable");
    const api = await getPage(wrong, "en", "/api/auth/me");
    expect(api.body.error?.code).toBe("unavailable");
    expect(api.text).not.toContain("AUTH_SECRET");
  });
});
