import { Hono } from "hono";
import { describe, expect, it } from "vitest";
import { createVerifier } from "../../../src/client/create-verifier.ts";
import { requireSession, type SessionEnv } from "../../../src/client/hono.ts";
import { isAuthenticatedEnough } from "../../../src/client/recency.ts";
import type { VerifyResult } from "../../../src/client/session.ts";
import { openFakeGatehouse, SESSION } from "./fake-gatehouse.ts";
import { openIssuer } from "./issuer.ts";

const [ONE, TWO] = ["urn:gatehouse:acr:1fa", "urn:gatehouse:acr:2fa"];
const nowInSeconds = () => Math.floor(Date.now() / 1000);

describe("the recency of an authentication", () => {
  it("allows five seconds between the clocks of two servers", () => {
    const authTime = nowInSeconds() - 300;
    const isEnough = (maxAge: number) => isAuthenticatedEnough({ authTime, acr: ONE }, { maxAge });
    expect([isEnough(300), isEnough(297), isEnough(294), isEnough(0)]).toEqual([true, true, false, false]);
    expect(isAuthenticatedEnough({ acr: ONE }, { maxAge: 300 })).toBe(false);
  });

  it("accepts a stronger class of Gatehouse, and an unknown one by its name alone", () => {
    const isEnough = (acr: string | undefined, ...acrValues: string[]) =>
      isAuthenticatedEnough({ authTime: 0, acr }, { acrValues });
    expect([isEnough(ONE, TWO), isEnough(TWO, TWO), isEnough("phr", TWO)]).toEqual([false, true, true]);
    expect([isEnough(TWO, "phr"), isEnough(TWO, "phr", ONE)]).toEqual([false, true]);
    expect([isEnough("gold", "gold"), isEnough("phr", "gold"), isEnough(undefined, ONE)]).toEqual([
      true,
      false,
      false,
    ]);
    expect(isEnough(undefined)).toBe(true);
  });
});

describe("verifiers", () => {
  it("over a binding send the requirement only if there is one, and return the reason", async () => {
    const calls: unknown[] = [];
    const { does } = openFakeGatehouse();
    does.verify = () => ({ ok: true, session: SESSION });
    const binding = {
      verifyToken: async (_token: string, options: unknown): Promise<VerifyResult> => {
        calls.push(options);
        return { ok: false, reason: "reauthentication_required" };
      },
    };
    const verifier = createVerifier({ binding });
    expect(await verifier.verify("t", { maxAge: 300, acrValues: [TWO] })).toEqual({
      ok: false,
      reason: "reauthentication_required",
    });
    await verifier.verify("t");
    expect(calls).toEqual([{ strict: false, maxAge: 300, acrValues: [TWO] }, { strict: false }]);
  });

  it("over HTTPS decide by the claims", async () => {
    const issuer = await openIssuer();
    const token = await issuer.token();
    const verifier = createVerifier({ issuer: issuer.url, audience: "web" });
    const refused = { ok: false, reason: "reauthentication_required" };
    expect(await verifier.verify(token, { maxAge: 300 })).toEqual(refused);
    expect(await verifier.verify(token, { acrValues: [TWO] })).toEqual(refused);
    expect(await verifier.verify(token, { acrValues: [ONE] })).toMatchObject({ ok: true });
  });
});

describe("requireSession with a required recency", () => {
  const calls: unknown[] = [];
  const verifier = {
    canBeStrict: true as const,
    async verify(_token: string, options?: unknown): Promise<VerifyResult> {
      calls.push(options);
      return { ok: false, reason: "reauthentication_required" };
    },
  };
  const app = new Hono<SessionEnv>()
    .get("/pay", requireSession(verifier, { strict: true, maxAge: 300, acrValues: [TWO, "phr"] }), (c) =>
      c.text("in"),
    )
    .get("/recent", requireSession(verifier, { maxAge: 60 }), (c) => c.text("in"));

  it("answers with the challenge of RFC 9470", async () => {
    const headers = { Authorization: "Bearer t" };
    const answer = await app.request("/pay", { headers });
    expect([answer.status, answer.headers.get("WWW-Authenticate")]).toEqual([
      401,
      `Bearer error="insufficient_user_authentication", acr_values="${TWO} phr", max_age="300"`,
    ]);
    expect(await answer.json()).toMatchObject({ error: { code: "reauthentication_required" } });
    const recent = await app.request("/recent", { headers });
    expect(recent.headers.get("WWW-Authenticate")).toBe(
      'Bearer error="insufficient_user_authentication", max_age="60"',
    );
    expect(calls).toEqual([
      { strict: true, maxAge: 300, acrValues: [TWO, "phr"] },
      { strict: false, maxAge: 60 },
    ]);
  });
});
