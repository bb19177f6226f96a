import { describe, expect, it } from "vitest";
import { startService } from "../../support/service.ts";
import { PASSWORD, registerAndLogIn, registerVerifiedUser } from "../../support/users.ts";

const APP = "https://app.example.com";
const OTHER = "https://other.example.com:8443";
const service = startService({ env: { ALLOWED_ORIGINS: `${APP}, ${OTHER}` } });
const closed = startService();

const call = (method: string, path: string, headers: Record<string, string>, at = service) =>
  at.call(method, `/api/auth${path}`, undefined, undefined, headers);

const preflight = (origin: string, method = "POST", at = service) =>
  call(
    "OPTIONS",
    "/login",
    {
      Origin: origin,
      "Access-Control-Request-Method": method,
      "Access-Control-Request-Headers": "content-type,x-csrf-token",
    },
    at,
  );

const corsHeaders = (headers: Headers) =>
  [...headers.keys()].filter((name) => name.startsWith("access-control-"));

const list = (value: string | null) => (value ?? "").split(",").map((entry) => entry.trim());

/** Origins that resemble an allowed one. */
const disallowedOrigins = [
  "null",
  "https://evil.example",
  "http://app.example.com",
  "https://app.example.com:8443",
  "https://app.example.com:443",
  "https://app.example.com/",
  "https://APP.example.com",
  "HTTPS://app.example.com",
  "https://app.example.com.evil.example",
  "https://app.example.com@evil.example",
  "https://evil-app.example.com",
  "https://sub.app.example.com",
  "https://example.com",
  "https://appXexample.com",
  "app.example.com",
  "//app.example.com",
  "https://other.example.com",
  `${APP}, ${OTHER}`,
  `${APP},${OTHER}`,
  "*",
  "http://gatehouse.test",
];

describe("CORS", () => {
  it.each([APP, OTHER])("allows the origin %s to read responses with credentials", async (origin) => {
    const answer = await call("GET", "/csrf-token", { Origin: origin });
    expect(answer.status).toBe(200);
    expect(answer.headers.get("Access-Control-Allow-Origin")).toBe(origin);
    expect(answer.headers.get("Access-Control-Allow-Credentials")).toBe("true");
    expect(list(answer.headers.get("Access-Control-Expose-Headers"))).toEqual(
      expect.arrayContaining(["X-Request-Id", "Retry-After", "RateLimit", "RateLimit-Policy"]),
    );
    expect(list(answer.headers.get("Vary"))).toContain("Origin");
  });

  it("accepts the preflight of an allowed origin for every method and header of the API", async () => {
    for (const method of ["GET", "POST", "PUT", "PATCH", "DELETE"]) {
      const answer = await preflight(APP, method);
      expect([answer.status, answer.text]).toEqual([204, ""]);
      expect(answer.headers.get("Access-Control-Allow-Origin")).toBe(APP);
      expect(answer.headers.get("Access-Control-Allow-Credentials")).toBe("true");
      expect(list(answer.headers.get("Access-Control-Allow-Methods"))).toContain(method);
      const allowed = list(answer.headers.get("Access-Control-Allow-Headers")?.toLowerCase() ?? null);
      expect(allowed).toEqual(expect.arrayContaining(["authorization", "content-type", "x-csrf-token"]));
      expect(allowed).not.toContain("*");
      expect(Number(answer.headers.get("Access-Control-Max-Age"))).toBe(600);
      expect(list(answer.headers.get("Vary"))).toContain("Origin");
    }
  });

  it("allows an allowed origin to read error responses", async () => {
    const { email } = await registerVerifiedUser(service);
    const wrong = { email, password: "not the password" };
    const headers = { Origin: APP };
    for (const answer of [
      await service.call("POST", "/api/auth/login", wrong, undefined, headers),
      await service.call("POST", "/api/auth/login", "{", undefined, headers),
      await call("GET", "/me", headers),
      await call("GET", "/nothing-here", headers),
      await call("DELETE", "/me", headers),
    ]) {
      expect(answer.status).toBeGreaterThanOrEqual(400);
      expect(answer.headers.get("Access-Control-Allow-Origin")).toBe(APP);
    }
    const broken = startService({ env: { ALLOWED_ORIGINS: APP, DB: {} } });
    const down = await broken.call(
      "POST",
      "/api/auth/login",
      { email, password: PASSWORD },
      undefined,
      headers,
    );
    expect(down.status).toBeGreaterThanOrEqual(500);
    expect(down.headers.get("Access-Control-Allow-Origin")).toBe(APP);
  });

  it.each(disallowedOrigins)("sends no CORS header to the origin %s", async (origin) => {
    const { token } = await registerAndLogIn(service);
    for (const answer of [
      await preflight(origin),
      await call("GET", "/csrf-token", { Origin: origin }),
      await call("GET", "/me", { Origin: origin, Authorization: `Bearer ${token}` }),
      await call("GET", "/me", { Origin: origin }),
    ]) {
      expect(corsHeaders(answer.headers)).toEqual([]);
      expect(list(answer.headers.get("Vary"))).toContain("Origin");
    }
    expect((await preflight(origin)).status).toBe(405);
  });

  it("sends no CORS header without an Origin, but Vary: Origin for caches", async () => {
    const answer = await call("GET", "/csrf-token", {});
    expect(corsHeaders(answer.headers)).toEqual([]);
    expect(list(answer.headers.get("Vary"))).toContain("Origin");
  });

  it("sends no CORS header where ALLOWED_ORIGINS is not set", async () => {
    for (const origin of [APP, "http://gatehouse.test", "null"]) {
      expect(corsHeaders((await preflight(origin, "POST", closed)).headers)).toEqual([]);
      expect(corsHeaders((await call("GET", "/csrf-token", { Origin: origin }, closed)).headers)).toEqual([]);
    }
  });
});
