import { Hono } from "hono";
import { describe, expect, it } from "vitest";
import type { ApiKey, AuthServiceBinding, VerifyApiKeyResult } from "../../../src/client/auth-service.ts";
import { requireApiKey, requireSession } from "../../../src/client/hono.ts";
import { createKeyVerifier } from "../../../src/client/index.ts";
import { OUTAGES, SESSION } from "./fake-gatehouse.ts";

const KEY: ApiKey = {
  id: "4fGh1KmP9sTw",
  name: "Backup script",
  userId: "u",
  resource: "https://api.example.com",
  scopes: ["notes:read"],
  role: "user",
  email: "ada@example.com",
  emailVerified: true,
  userName: "Ada",
  expiresAt: null,
};

const UNAVAILABLE = { ok: false, reason: "unavailable" };

const verifierThat = (answer: (...given: unknown[]) => unknown, audience?: string) =>
  createKeyVerifier({
    binding: {
      verifyApiKey: async (...given: unknown[]) => answer(...given),
    } as unknown as AuthServiceBinding,
    audience,
  });

describe("createKeyVerifier", () => {
  it("passes the audience and the scopes, and returns the key and no other member of the response", async () => {
    const calls: unknown[] = [];
    const verifier = verifierThat((...given) => {
      calls.push(given);
      return { ok: true, key: KEY, more: 1 };
    }, "notes");
    expect(await verifier.verify("gth_1", { scopes: ["notes:read"] })).toEqual({ ok: true, key: KEY });
    await verifierThat((...given) => calls.push(given)).verify("gth_2");
    expect(calls).toEqual([
      ["gth_1", { audience: "notes", scopes: ["notes:read"] }],
      ["gth_2", {}],
    ]);
  });

  it.each(Object.entries(OUTAGES))("returns unavailable when the service %s", async (_name, outage) => {
    expect(await verifierThat(outage).verify("gth_1")).toEqual(UNAVAILABLE);
  });

  it.each(Object.keys(KEY))("rejects a key whose %s has another type", async (member) => {
    for (const invalid of [undefined, {}, Number.NaN]) {
      const answer = { ok: true, key: { ...KEY, [member]: invalid } };
      expect(await verifierThat(() => answer).verify("gth_1")).toEqual(UNAVAILABLE);
    }
  });

  it("throws without a binding", () => {
    expect(() => createKeyVerifier({ binding: undefined as unknown as AuthServiceBinding })).toThrow(
      "binding",
    );
  });
});

/** The answer to a key is the reason that the key names: `gth_key_expired`. */
const keys = {
  async verify(key: string): Promise<VerifyApiKeyResult> {
    return key === "gth_good"
      ? { ok: true, key: KEY }
      : ({ ok: false, reason: key.slice(4) } as VerifyApiKeyResult);
  },
};
const sessions = { verify: async () => ({ ok: true, session: SESSION }) as const };

const app = new Hono()
  .onError((error, c) => c.text(error.message, 500))
  .get("/key", requireApiKey(keys, { scopes: ["notes:read"] }), (c) => c.text(c.var.apiKey.name))
  .get(
    "/both",
    requireApiKey(() => keys, { otherwise: requireSession(sessions) }),
    (c) => c.text(c.var.apiKey?.userId ?? `session of ${c.var.session?.userId}`),
  );

const ask = async (path: string, token?: string) => {
  const answer = await app.request(
    path,
    token === undefined ? {} : { headers: { Authorization: `Bearer ${token}` } },
  );
  return {
    status: answer.status,
    text: await answer.text(),
    challenge: answer.headers.get("WWW-Authenticate"),
  };
};

describe("requireApiKey", () => {
  it("accepts a valid key and sets it", async () => {
    expect(await ask("/key", "gth_good")).toMatchObject({ status: 200, text: "Backup script" });
  });

  it.each([
    ["gth_key_invalid", 401, 'Bearer error="invalid_token"'],
    ["gth_key_expired", 401, 'Bearer error="invalid_token"'],
    ["gth_audience_mismatch", 401, 'Bearer error="invalid_token"'],
    ["gth_insufficient_scope", 403, 'Bearer error="insufficient_scope", scope="notes:read"'],
    ["gth_unavailable", 503, null],
    ["gth_forbidden", 500, null],
    ["access-1", 401, "Bearer"],
    [undefined, 401, "Bearer"],
  ])("answers to %s with %i", async (token, status, challenge) => {
    expect(await ask("/key", token)).toMatchObject({ status, challenge });
  });

  it("leaves requests without a key to the other guard", async () => {
    expect((await ask("/both", "gth_good")).text).toBe("u");
    expect((await ask("/both", "access-1")).text).toBe("session of u");
    expect((await ask("/both", "gth_key_invalid")).status).toBe(401);
    expect((await ask("/both")).status).toBe(401);
  });
});
