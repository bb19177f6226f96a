import { env } from "cloudflare:workers";
import { describe, expect, it, vi } from "vitest";
import { createApp } from "../../../src/app.ts";
import { startService } from "../../support/service.ts";
import { PASSWORD, register, registerVerifyAndLogIn, tokenMailedTo } from "../../support/users.ts";

describe("requestLog", () => {
  it("writes one JSON line per request, with id, route, status, time and round trips", async () => {
    const lines: string[] = [];
    const spy = vi.spyOn(console, "log").mockImplementation((line: string) => void lines.push(line));
    const app = createApp();
    const service = startService();
    const response = await app.fetch(
      new Request("http://gatehouse.test/openapi.json?token=secret"),
      service.env,
      {
        waitUntil: () => {},
      } as unknown as ExecutionContext,
    );
    spy.mockRestore();
    expect(lines).toHaveLength(1);
    expect(JSON.parse(lines[0] ?? "")).toEqual({
      at: expect.stringMatching(/Z$/),
      requestId: response.headers.get("X-Request-Id"),
      method: "GET",
      route: "/openapi.json",
      status: 200,
      ms: expect.any(Number),
      d1: 0,
      kv: 0,
    });
  });

  it("logs no email address, password, token or name", async () => {
    const service = startService();
    const { email, token, refreshToken } = await registerVerifyAndLogIn(service);
    await register(service, email);
    await service.post("/forgot-password", { email });
    const reset = await tokenMailedTo(service, email);
    await service.get(`/reset-password?token=${reset}`);
    await service.post("/reset-password", { token: reset, newPassword: "another quiet harbour" });
    await service.post("/refresh", { refreshToken });
    await service.call("GET", `/api/auth/${encodeURIComponent(email)}`);
    await service.call("DELETE", `/api/auth/sessions/${crypto.randomUUID()}`, undefined, token);
    const log = JSON.stringify(service.log);
    for (const secret of [email, PASSWORD, token, refreshToken, reset, "another quiet harbour", "Ada"]) {
      expect(log).not.toContain(secret);
    }
    expect(service.log.map((line) => line.route)).toContain("/api/auth/reset-password");
    expect(service.log.map((line) => line.route)).toContain("none");
  });

  it("logs the account id of an authenticated session, and no other actor", async () => {
    const service = startService();
    const { email, token, refreshToken } = await registerVerifyAndLogIn(service);
    const { id } = (await service.get("/me", token)).body.data;
    const actorOf = async (answer: Promise<unknown>) => {
      await answer;
      return service.log.at(-1)?.actor;
    };
    const cookie = { Cookie: `__Host-gh_access=${token}` };
    for (const authenticated of [
      () => service.get("/me", token),
      () => service.call("GET", "/api/auth/me", undefined, undefined, cookie),
      // The owner of the cookies of a forged write is what an investigation needs.
      () => service.call("PATCH", "/api/auth/me", { name: "Eve" }, undefined, cookie),
      () => service.call("GET", "/account", undefined, undefined, { ...cookie, Accept: "text/html" }),
      () => service.post("/login", { email, password: PASSWORD }),
      () => service.post("/refresh", { refreshToken }),
      () => service.post("/logout", undefined, token),
    ]) {
      expect(await actorOf(authenticated())).toBe(id);
    }
    for (const unauthenticated of [
      () => service.get("/me"),
      () => service.get("/me", token),
      () => service.get("/me", `${token}x`),
      () => service.post("/login", { email, password: "wrong" }),
      () => service.post("/refresh", { refreshToken }),
      () => service.post("/forgot-password", { email }),
      () => service.call("GET", "/healthz"),
    ]) {
      expect(await actorOf(unauthenticated())).toBeUndefined();
    }
  });

  it("logs the error code of refused requests, of the API and of pages", async () => {
    const service = startService();
    const html = { Accept: "text/html" };
    await service.post("/login", { email: "user@example.com", password: "wrong" });
    await service.call("GET", "/verify-email?token=dead", undefined, undefined, html);
    await service.call("POST", "/sign-in", "email=x", undefined, {
      ...html,
      "Content-Type": "application/x-www-form-urlencoded",
    });
    await service.call("GET", "/no-such-page", undefined, undefined, html);
    await service.call("GET", "/openapi.json");
    expect(service.log.map(({ status, failure }) => [status, failure])).toEqual([
      [401, "invalid_credentials"],
      [400, "token_invalid"],
      [403, "csrf_failed"],
      [404, "not_found"],
      [200, undefined],
    ]);
  });

  it("writes a line of the same kind for a cron run", async () => {
    const lines: string[] = [];
    const spy = vi.spyOn(console, "log").mockImplementation((line: string) => void lines.push(line));
    await startService().runCron("17 * * * *");
    spy.mockRestore();
    expect(lines.map((line) => JSON.parse(line))).toEqual([
      {
        at: expect.stringMatching(/Z$/),
        runId: expect.stringMatching(/^[0-9a-f-]{36}$/),
        cron: "17 * * * *",
        jobs: expect.arrayContaining(["rotateSigningKeys", "purgeExpired"]),
        failed: [],
        ms: expect.any(Number),
        d1: expect.any(Number),
        kv: 0,
      },
    ]);
  });

  it("logs the cause of a D1 outage without the values of the statement", async () => {
    const down = () => {
      throw new Error("D1_ERROR: storage is unreachable");
    };
    const healthy = startService();
    const { token, email } = await registerVerifyAndLogIn(healthy);
    const statement = { bind: () => statement, all: down, run: down, raw: down, first: down };
    const broken = startService({ env: { DB: { prepare: () => statement, batch: down } } });
    for (const answer of [
      await broken.get("/me", token),
      await broken.post("/login", { email, password: PASSWORD }),
      await broken.post("/register", { email, password: PASSWORD, name: "Ada" }),
      await broken.post("/forgot-password", { email }),
    ]) {
      expect([answer.status, answer.body.error?.code]).toEqual([503, "unavailable"]);
      expect(Number(answer.headers.get("Retry-After"))).toBeGreaterThan(0);
      expect(answer.text).not.toMatch(/D1|SELECT|storage/);
    }
    expect(broken.log.map((line) => line.error)).toEqual(
      Array(4).fill("Error: D1_ERROR: storage is unreachable"),
    );
    expect(JSON.stringify(broken.log)).not.toContain(email);
  });

  it("logs all problems of an invalid configuration, and shows none in the response", async () => {
    const broken = startService({ env: { AUTH_SECRET: "short", ACCESS_TOKEN_TTL: "soon", DB: env.DB } });
    const answer = await broken.call("GET", "/healthz");
    expect([answer.status, answer.body.error?.code]).toEqual([503, "unavailable"]);
    expect(answer.text).not.toContain("AUTH_SECRET");
    expect(broken.log[0]?.error).toMatch(/AUTH_SECRET must have 32 bytes.*ACCESS_TOKEN_TTL must be a number/);
    expect(broken.log[0]?.error).not.toContain("short");
  });
});

describe("Server-Timing", () => {
  const production = {
    ENVIRONMENT: "production",
    PUBLIC_URL: "https://gatehouse.test",
    MAIL_PROVIDER: "resend",
    MAIL_API_KEY: "key",
    RATE_LIMITS: "{}",
  };

  it("sends Server-Timing in development", async () => {
    const service = startService();
    const { token } = await registerVerifyAndLogIn(service);
    const { headers } = await service.get("/me", token);
    expect(headers.get("Server-Timing")).toBe('total;dur=0, d1;desc="1 calls", kv;desc="0 calls"');
    const page = await service.call("GET", "/sign-in", undefined, undefined, { Accept: "text/html" });
    expect(page.headers.get("Server-Timing")).toMatch(/^total;dur=\d+, d1;desc=/);
  });

  it("sends no Server-Timing in production or with an invalid configuration", async () => {
    const [live, broken] = [
      startService({ env: production }),
      startService({ env: { AUTH_SECRET: "short" } }),
    ];
    for (const path of [
      "/api/auth/me",
      "/sign-in",
      "/healthz",
      "/healthz/deep",
      "/.well-known/jwks.json",
      "/x",
    ]) {
      for (const service of [live, broken]) {
        const { status, headers } = await service.call("GET", path);
        expect([path, headers.get("Server-Timing")]).toEqual([path, null]);
        expect([path, status === 503]).toEqual([path, service === broken]);
      }
    }
  });
});
