import { describe, expect, it, vi } from "vitest";
import { openPageBrowser } from "../../support/pages.ts";
import { recordEvents } from "../../support/recorders.ts";
import { startService } from "../../support/service.ts";
import {
  logIn,
  newAddress,
  PASSWORD,
  registerAndVerify,
  registerVerifyAndLogIn,
} from "../../support/users.ts";

function startWithMetrics(variables: Record<string, unknown> = {}) {
  const { EVENTS, points } = recordEvents();
  const service = startService({ env: { EVENTS, ...variables } });
  return { service, points, takePoints: () => points.splice(0) };
}

const event = (type: string) => ({ indexes: [type], blobs: ["event", type, ""], doubles: [0, 0] });
const refusal = (code: string, route: string, status: number) => ({
  indexes: [code],
  blobs: ["refusal", code, route],
  doubles: [status, expect.any(Number)],
});

describe("metrics", () => {
  it("counts each audit event after its batch is written, and no other successful request", async () => {
    const { service, takePoints } = startWithMetrics();
    const { email } = await registerAndVerify(service);
    expect(takePoints()).toEqual([event("account_registered"), event("email_verified")]);
    const { token } = await logIn(service, email);
    await service.get("/me", token);
    await service.post("/logout", undefined, token);
    expect(takePoints()).toEqual([event("signed_in"), event("signed_out")]);
  });

  it("does not count an audit event that its batch did not write", async () => {
    const { service, takePoints } = startWithMetrics();
    const { token } = await registerVerifyAndLogIn(service);
    takePoints();
    await Promise.all([1, 2, 3, 4].map(() => service.post("/logout", undefined, token)));
    expect(takePoints()).toEqual([event("signed_out")]);
  });

  it("counts each audit event that a batch wrote with and without RETURNING, of one account or of all", async () => {
    const { service, takePoints } = startWithMetrics();
    const { token } = await registerVerifyAndLogIn(service);
    const other = await registerVerifyAndLogIn(service);
    takePoints();
    const wrong = { password: "wrong words" };
    await service.post("/me/deactivate", wrong, token);
    await service.post("/me/deactivate", { password: PASSWORD }, token);
    await service.post("/logout-all", undefined, other.token);
    const events = takePoints().filter(({ blobs }) => blobs[0] === "event");
    expect(events).toEqual([event("account_deactivated"), event("all_sessions_ended")]);
  });

  it("counts refusals by error code, with route and status", async () => {
    const { service, takePoints } = startWithMetrics({
      CAPTCHA_PROVIDER: "turnstile",
      CAPTCHA_SITE_KEY: "site",
      CAPTCHA_SECRET: "2x0000000000000000000000000000000AA",
      CAPTCHA_API_BASE: "http://127.0.0.1:1",
      RATE_LIMITS: JSON.stringify({ login: { limit: 1 } }),
      BURST: undefined,
    });
    await service.post("/register", { email: newAddress(), password: PASSWORD, name: "Ada" });
    await service.post("/login", { email: newAddress(), password: "wrong" });
    await service.post("/login", { email: newAddress(), password: "wrong" });
    await service.get("/me");
    await service.call("GET", "/no/such/place-7f3a");
    expect(takePoints()).toEqual([
      refusal("captcha_required", "POST /api/auth/register", 403),
      refusal("invalid_credentials", "POST /api/auth/login", 401),
      refusal("rate_limited", "POST /api/auth/login", 429),
      refusal("unauthorized", "GET /api/auth/me", 401),
      refusal("not_found", "GET none", 404),
    ]);
  });

  it("counts refusals by pages like refusals by the API", async () => {
    const { service, takePoints } = startWithMetrics();
    const pages = openPageBrowser(service);
    await pages.submit(await pages.visit("/sign-in"), { email: newAddress(), password: "wrong words" });
    await pages.visit("/reset-password?token=dead");
    expect(takePoints()).toEqual([
      refusal("invalid_credentials", "POST /sign-in", 401),
      refusal("token_invalid", "GET /reset-password", 400),
    ]);
  });

  it("counts a refused redirect of a provider, which is a page for a browser", async () => {
    const { service, takePoints } = startWithMetrics();
    const path = "/api/auth/social/unknown/start";
    await service.call("GET", path, undefined, undefined, { Accept: "text/html" });
    expect(takePoints()).toEqual([refusal("not_found", "GET none", 404)]);
  });

  it("writes no id, email address or IP address into any column", async () => {
    const { service, points } = startWithMetrics();
    const { token, email } = await registerVerifyAndLogIn(service);
    const { id } = (await service.get("/me", token)).body.data;
    const headers = { "CF-Connecting-IP": "203.0.113.77" };
    await service.call("DELETE", `/api/auth/sessions/${crypto.randomUUID()}`, undefined, token, headers);
    await service.call("POST", "/api/auth/login", { email, password: "wrong" }, undefined, headers);
    expect(points.length).toBeGreaterThan(4);
    for (const value of [id, email, "203.0.113.77", token, ":id/"]) {
      expect(JSON.stringify(points)).not.toContain(value);
    }
    expect(JSON.stringify(points)).not.toMatch(/[0-9a-f]{8}-[0-9a-f]{4}/);
  });
});

describe("requests without working metrics", () => {
  it.each([
    ["without an EVENTS binding", undefined],
    [
      "with an EVENTS binding that throws",
      {
        writeDataPoint: () => {
          throw new Error("the dataset is gone");
        },
      },
    ],
  ])("serves requests and logs no error %s", async (_case, EVENTS) => {
    const failed = vi.spyOn(console, "error");
    const service = startService({ env: { EVENTS } });
    const { token } = await registerVerifyAndLogIn(service);
    expect((await service.get("/me", token)).status).toBe(200);
    expect((await service.get("/me")).status).toBe(401);
    expect(failed).not.toHaveBeenCalled();
    failed.mockRestore();
  });
});
