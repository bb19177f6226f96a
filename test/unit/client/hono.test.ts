import { Hono } from "hono";
import { describe, expect, it } from "vitest";
import { requireRole, requireSession, type SessionEnv } from "../../../src/client/hono.ts";
import type { Role, VerifyResult } from "../../../src/client/session.ts";

const sessionOf = (role: Role): VerifyResult => ({
  ok: true,
  session: {
    userId: "u",
    sessionId: "s",
    audience: "web",
    role,
    email: "ada@example.com",
    emailVerified: true,
    name: "Ada",
    amr: ["pwd"],
    issuedAt: 0,
    expiresAt: 1,
  },
});

const calls: unknown[] = [];

/** A verifier whose result is the token itself: a role, or a failure reason. */
const verifier = {
  canBeStrict: true as const,
  async verify(token: string, options?: { strict?: boolean }): Promise<VerifyResult> {
    calls.push([token, options]);
    const isRole = ["user", "admin", "superuser"].includes(token);
    return isRole ? sessionOf(token as Role) : ({ ok: false, reason: token } as VerifyResult);
  },
};

const app = new Hono<SessionEnv>()
  .onError((error, c) => c.text(error.message, 500))
  .get("/me", requireSession(verifier), (c) => c.text(c.var.session.email ?? "no address"))
  .get(
    "/strict",
    requireSession(() => verifier, { strict: true }),
    (c) => c.text("in"),
  )
  .get("/cookie", requireSession(verifier, { tokenFrom: (c) => c.req.header("X-Token") }), (c) =>
    c.text("in"),
  )
  .get("/admin", requireSession(verifier), requireRole("admin"), (c) => c.text("in"))
  .get("/unguarded", requireRole("user"), (c) => c.text("in"));

const ask = (path: string, headers: Record<string, string> = {}) => app.request(path, { headers });
const bearer = (token: string) => ({ Authorization: `Bearer ${token}` });

describe("requireSession", () => {
  it("accepts a valid token and sets its session", async () => {
    const answer = await ask("/me", bearer("user"));
    expect([answer.status, await answer.text()]).toEqual([200, "ada@example.com"]);
    expect(calls.at(-1)).toEqual(["user", { strict: false }]);
  });

  it.each(["", "Bearer", "Bearer ", "Basic user", "Bearer user user", "user"])(
    "answers with 401 to the header %j without a call and without an error code",
    async (Authorization) => {
      const before = calls.length;
      const answer = await ask("/me", Authorization ? { Authorization } : {});
      expect(answer.status).toBe(401);
      expect(answer.headers.get("WWW-Authenticate")).toBe("Bearer");
      expect(calls).toHaveLength(before);
    },
  );

  it.each(["token_invalid", "token_expired", "audience_mismatch", "session_ended"])(
    "answers with 401 to a token rejected as %s, in the error envelope",
    async (reason) => {
      const answer = await ask("/me", bearer(reason));
      expect(answer.status).toBe(401);
      expect(answer.headers.get("WWW-Authenticate")).toBe('Bearer error="invalid_token"');
      expect(answer.headers.get("Cache-Control")).toBe("no-store");
      expect(await answer.json()).toEqual({
        success: false,
        message: "Please sign in.",
        error: { code: "unauthorized", requestId: answer.headers.get("X-Request-Id") },
      });
    },
  );

  it("answers with 503 and Retry-After when the token cannot be verified", async () => {
    const answer = await ask("/me", bearer("unavailable"));
    expect([answer.status, answer.headers.get("Retry-After")]).toEqual([503, "5"]);
    expect(await answer.json()).toMatchObject({ success: false, error: { code: "unavailable" } });
    expect(answer.headers.get("WWW-Authenticate")).toBeNull();
  });

  it.each(["bad_request", "forbidden"])("throws on %s, since the app is misconfigured", async (reason) => {
    const answer = await ask("/me", bearer(reason));
    expect([answer.status, await answer.text()]).toEqual([
      500,
      `Gatehouse rejected the call: ${reason}. Check the app's service binding (props) and its audience.`,
    ]);
  });

  it("verifies strictly with strict and reads the token with tokenFrom", async () => {
    expect((await ask("/strict", bearer("user"))).status).toBe(200);
    expect(calls.at(-1)).toEqual(["user", { strict: true }]);
    expect((await ask("/cookie", { "X-Token": "user" })).status).toBe(200);
    expect((await ask("/cookie", bearer("user"))).status).toBe(401);
  });
});

describe("requireRole", () => {
  it("accepts the role and higher ones and rejects lower ones with insufficient_scope (RFC 6750)", async () => {
    expect((await ask("/admin", bearer("admin"))).status).toBe(200);
    expect((await ask("/admin", bearer("superuser"))).status).toBe(200);
    const answer = await ask("/admin", bearer("user"));
    expect(answer.status).toBe(403);
    expect(answer.headers.get("WWW-Authenticate")).toBe('Bearer error="insufficient_scope"');
    expect(await answer.json()).toMatchObject({ success: false, error: { code: "forbidden" } });
  });

  it.each(["owner", "Admin", "", undefined])("throws for the unknown role %j", (role) => {
    expect(() => requireRole(role as Role)).toThrow(/Unknown role/);
  });

  it("answers with 401 when no session guard ran before it", async () => {
    expect((await ask("/unguarded", bearer("superuser"))).status).toBe(401);
  });
});
