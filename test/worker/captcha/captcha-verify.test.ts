import { env } from "cloudflare:workers";
import { Hono } from "hono";
import { describe, expect, it } from "vitest";
import { createCaptchaProvider } from "../../../src/captcha/providers.ts";
import { requireCaptcha } from "../../../src/captcha/require-captcha.ts";
import { captchaRoutes } from "../../../src/captcha/routes.ts";
import { captchaProofStore } from "../../../src/captcha/store.ts";
import { openDatabase } from "../../../src/db/database.ts";
import { newMeter } from "../../../src/db/metered-d1.ts";
import type { HttpEnv } from "../../../src/http/context.ts";
import { renderFailures } from "../../../src/http/render-failure.ts";
import { openLoopback } from "../../support/loopback/loopback.ts";
import { createTestClock, type Envelope } from "../../support/service.ts";

const IP = "192.0.2.1";
const captchaProofs = captchaProofStore(openDatabase(env.DB, newMeter()));

/** The captcha routes alone, mounted as in the app. */
async function open(siteverify: object, { status = 200, off = false } = {}) {
  const loopback = openLoopback();
  await loopback.answer({ kind: "respond", status, body: JSON.stringify(siteverify) });
  const captchaProvider = createCaptchaProvider({
    provider: "turnstile",
    siteKey: "site",
    secret: "secret",
    hostname: "auth.example.com",
    apiBase: loopback.url,
    acceptTestSecrets: false,
  });
  const deps = { clock: createTestClock(), captchaProvider: off ? null : captchaProvider, captchaProofs };
  const app = new Hono<HttpEnv>();
  app.use(async (c, next) => {
    c.set("requestId", "request");
    c.set("caller", { ip: IP, userAgent: null, locale: "en" });
    await next();
  });
  app.use(
    renderFailures(() => {
      throw new Error("the API renders no page");
    }),
  );
  app.route(
    "/",
    captchaRoutes(() => deps),
  );
  const post = async (body: unknown) => {
    const response = await app.request("/captcha/verify", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(body),
    });
    return { status: response.status, headers: response.headers, body: (await response.json()) as Envelope };
  };
  return { ...loopback, deps, post };
}

const success = { success: true, hostname: "auth.example.com", action: "prove", "error-codes": [] };

describe("POST /captcha/verify", () => {
  it("issues a captcha proof for 300 seconds that is accepted once as a captcha token", async () => {
    const { post, deps, requests } = await open(success);
    const { status, body } = await post({ token: "0.token" });
    expect(status).toBe(200);
    expect(body).toEqual({ success: true, data: { humanProof: expect.any(String), expiresIn: 300 } });
    expect(new URLSearchParams((await requests())[0]?.body).get("remoteip")).toBe(IP);
    const input = { token: body.data.humanProof, action: "register", ip: null, required: true } as const;
    expect(await requireCaptcha(deps, input)).toBe("passed");
    expect(await requireCaptcha(deps, input)).toBe("captcha_failed");
  });
});

describe("POST /captcha/verify, refusals", () => {
  it.each([
    ["a token that the provider refuses", { success: false, "error-codes": ["timeout-or-duplicate"] }],
    ["a token of another action", { ...success, action: "login" }],
    ["a token of another site", { ...success, hostname: "evil.example.com" }],
  ])("refuses %s with captcha_failed", async (_case, siteverify) => {
    const { post } = await open(siteverify);
    const { status, body } = await post({ token: "0.token" });
    expect([status, body.error?.code]).toEqual([403, "captcha_failed"]);
    expect(body.data).toBeUndefined();
  });

  it("responds unavailable with Retry-After if the captcha provider fails", async () => {
    const { post } = await open(success, { status: 502 });
    const { status, body, headers } = await post({ token: "0.token" });
    expect([status, body.error?.code]).toEqual([503, "unavailable"]);
    expect(headers.get("Retry-After")).toMatch(/^\d+$/);
  });

  it("responds not_found to /captcha/verify where captchas are off", async () => {
    const { post, requests } = await open(success, { off: true });
    const { status, body } = await post({ token: "0.token" });
    expect([status, body.error?.code]).toEqual([404, "not_found"]);
    expect(await requests()).toEqual([]);
  });

  it.each([
    {},
    { token: "" },
    { token: "x".repeat(4097) },
    { token: 1 },
    { token: "0.token", action: "login" },
  ])("refuses the body %j of /captcha/verify", async (sent) => {
    const { post, requests } = await open(success);
    const { status, body } = await post(sent);
    expect([status, body.error?.code]).toEqual([400, "validation_failed"]);
    expect(await requests()).toEqual([]);
  });
});
