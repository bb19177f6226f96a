import { describe, expect, it } from "vitest";
import { startService } from "../../support/service.ts";

const noAssets = { ASSETS: { fetch: async () => new Response(null, { status: 500 }) } };
const wrong = { AUTH_SECRET: "short", ACCESS_TOKEN_TTL: "soon <b>" };

const ask = (env: Record<string, unknown>, language = "en", path = "/sign-in") =>
  startService({ env }).call("GET", path, undefined, undefined, {
    Accept: "text/html",
    "Accept-Language": language,
  });

describe("to a browser, what pages cannot be made without", () => {
  it.each([
    ["its assets", noAssets],
    ["a configuration that can be read", wrong],
    ["a configuration, in production", { ...wrong, ENVIRONMENT: "production" }],
  ])("is missed in words, in either language: %s", async (_what, env) => {
    for (const [language, words] of [
      ["en", "The service is not available just now."],
      ["de", "Der Dienst ist gerade nicht erreichbar."],
    ] as const) {
      const { status, headers, text } = await ask(env, language);
      expect([status, headers.get("Content-Type")]).toEqual([503, "text/html; charset=UTF-8"]);
      expect(Number(headers.get("Retry-After"))).toBeGreaterThan(0);
      expect(headers.get("Content-Security-Policy")).toContain("default-src 'none'");
      expect(headers.get("Cache-Control")).toBe("no-store");
      expect(text).toContain(`<html lang="${language}">`);
      expect(text).toContain(`<p>${words}`);
      expect(text).toContain(headers.get("X-Request-Id"));
    }
  });

  it("is named to a developer, and to nobody in production", async () => {
    const { text } = await ask(wrong);
    expect(text).toContain("AUTH_SECRET must have 32 bytes at least");
    expect(text).toContain("ACCESS_TOKEN_TTL must be a number of seconds");
    expect(text).not.toMatch(/short|soon/);
    expect((await ask({ ...wrong, ENVIRONMENT: "production" })).text).not.toMatch(/AUTH_SECRET|TTL/);
    expect((await ask({ ...wrong, ENVIRONMENT: undefined })).text).not.toMatch(/AUTH_SECRET|TTL/);
  });

  it("is told to programs as ever", async () => {
    const service = startService({ env: wrong });
    expect((await service.call("GET", "/sign-in")).body.error?.code).toBe("unavailable");
    const api = await ask(wrong, "en", "/api/auth/me");
    expect(api.body.error?.code).toBe("unavailable");
    expect(api.text).not.toContain("AUTH_SECRET");
  });
});
