import { env } from "cloudflare:workers";
import { describe, expect, it, vi } from "vitest";
import { createApp } from "../../../src/app.ts";
import { PASSWORD, register, signedInMember, tokenMailedTo } from "../../support/people.ts";
import { startService } from "../../support/service.ts";

describe("the log", () => {
  it("is one JSON line a request, with its id, route, status, time and round trips", async () => {
    const lines: string[] = [];
    const spy = vi.spyOn(console, "log").mockImplementation((line: string) => void lines.push(line));
    const app = createApp();
    const service = startService();
    const response = await app.fetch(new Request("http://gatehouse.test/healthz?token=secret"), service.env, {
      waitUntil: () => {},
    } as unknown as ExecutionContext);
    spy.mockRestore();
    expect(lines).toHaveLength(1);
    expect(JSON.parse(lines[0] ?? "")).toEqual({
      at: expect.stringMatching(/Z$/),
      requestId: response.headers.get("X-Request-Id"),
      method: "GET",
      route: "/healthz",
      status: 200,
      ms: expect.any(Number),
      d1: 0,
      kv: 0,
    });
  });

  it("holds no address, password, token or name, whatever went through", async () => {
    const service = startService();
    const { email, token, refreshToken } = await signedInMember(service);
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

  it("says what went wrong when the database is out, without its statement's values", async () => {
    const down = () => {
      throw new Error("D1_ERROR: storage is unreachable");
    };
    const healthy = startService();
    const { token, email } = await signedInMember(healthy);
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
    expect(broken.log.map((line) => line.error)).toEqual(Array(4).fill("D1_ERROR: storage is unreachable"));
    expect(JSON.stringify(broken.log)).not.toContain(email);
  });

  it("names every problem of a configuration that stops the service, and shows it to nobody", async () => {
    const broken = startService({ env: { AUTH_SECRET: "short", ACCESS_TOKEN_TTL: "soon", DB: env.DB } });
    const answer = await broken.call("GET", "/healthz");
    expect([answer.status, answer.body.error?.code]).toEqual([503, "unavailable"]);
    expect(answer.text).not.toContain("AUTH_SECRET");
    expect(broken.log[0]?.error).toMatch(/AUTH_SECRET must have 32 bytes.*ACCESS_TOKEN_TTL must be a number/);
    expect(broken.log[0]?.error).not.toContain("short");
  });
});
