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

const asked: unknown[] = [];

/** Answers by the token itself: a role, or a reason to refuse. */
const verifier = {
  canBeStrict: true as const,
  async verify(token: string, options?: { strict?: boolean }): Promise<VerifyResult> {
    asked.push([token, options]);
    const isRole = ["user", "admin", "superuser"].includes(token);
    return isRole ? sessionOf(token as Role) : ({ ok: false, reason: token } as VerifyResult);
  },
};

const app = new Hono<SessionEnv>()
  .onError((error, c) => c.text(error.message, 500))
  .get("/me", requireSession(verifier), (c) => c.text(c.var.session.email))
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
  it("lets a good token in, and hands on whose it is", async () => {
    const answer = await ask("/me", bearer("user"));
    expect([answer.status, await answer.text()]).toEqual([200, "ada@example.com"]);
    expect(asked.at(-1)).toEqual(["user", { strict: false }]);
  });

  it.each(["", "Bearer", "Bearer ", "Basic user", "Bearer user user", "user"])(
    "answers 401 to the header %j, without asking anybody, and names no error",
    async (Authorization) => {
      const before = asked.length;
      const answer = await ask("/me", Authorization ? { Authorization } : {});
      expect(answer.status).toBe(401);
      expect(answer.headers.get("WWW-Authenticate")).toBe("Bearer");
      expect(asked).toHaveLength(before);
    },
  );

  it.each(["token_invalid", "token_expired", "audience_mismatch", "session_ended"])(
    "answers 401 to a token that is refused as %s, in the contract's envelope",
    async (reason) => {
      const answer = await ask("/me", bearer(reason));
      expect(answer.status).toBe(401);
      expect(answer.headers.get("WWW-Authenticate")).toBe('Bearer error="invalid_token"');
      expect(answer.headers.get("Cache-Control")).toBe("no-store");
      expect(await answer.json()).toEqual({
        success: false,
        message: "Please sign in to do this.",
        error: { code: "unauthorized", requestId: answer.headers.get("X-Request-Id") },
      });
    },
  );

  it("answers 503 with Retry-After when nobody can tell", async () => {
    const answer = await ask("/me", bearer("unavailable"));
    expect([answer.status, answer.headers.get("Retry-After")]).toEqual([503, "5"]);
    expect(await answer.json()).toMatchObject({ success: false, error: { code: "unavailable" } });
    expect(answer.headers.get("WWW-Authenticate")).toBeNull();
  });

  it.each(["bad_request", "forbidden"])("throws on %s, which is nobody's visitor's doing", async (reason) => {
    const answer = await ask("/me", bearer(reason));
    expect([answer.status, await answer.text()]).toEqual([
      500,
      `Gatehouse does not take this app's question: ${reason}. Look at its binding and audience.`,
    ]);
  });

  it("asks strictly where it is told to, and takes the token from where it is told", async () => {
    expect((await ask("/strict", bearer("user"))).status).toBe(200);
    expect(asked.at(-1)).toEqual(["user", { strict: true }]);
    expect((await ask("/cookie", { "X-Token": "user" })).status).toBe(200);
    expect((await ask("/cookie", bearer("user"))).status).toBe(401);
  });
});

describe("requireRole", () => {
  it("lets that role in and those above, and refuses those below as RFC 6750 says", async () => {
    expect((await ask("/admin", bearer("admin"))).status).toBe(200);
    expect((await ask("/admin", bearer("superuser"))).status).toBe(200);
    const answer = await ask("/admin", bearer("user"));
    expect(answer.status).toBe(403);
    expect(answer.headers.get("WWW-Authenticate")).toBe('Bearer error="insufficient_scope"');
    expect(await answer.json()).toMatchObject({ success: false, error: { code: "forbidden" } });
  });

  it.each(["owner", "Admin", "", undefined])("is not made for %j, which everybody would have", (role) => {
    expect(() => requireRole(role as Role)).toThrow(/no role/);
  });

  it("lets nobody in where no session was asked for", async () => {
    expect((await ask("/unguarded", bearer("superuser"))).status).toBe(401);
  });
});
