import { env } from "cloudflare:workers";
import { decodeJwt } from "jose";
import { describe, expect, it } from "vitest";
import { resourceList, resourceUri } from "../../support/resources.ts";
import { createRpcCaller } from "../../support/rpc.ts";
import { startService } from "../../support/service.ts";
import { CODE_VERIFIER } from "../../support/social/client-application.ts";
import { authorizationCodeFor } from "../../support/social/inserted-rows.ts";
import { logIn, registerAndLogIn, registerVerifiedUser } from "../../support/users.ts";

const service = startService({ env: { RESOURCES: resourceList("notes") } });
const worker = createRpcCaller(service);
const notes = createRpcCaller(service, { props: { audience: "notes" } });
const client = { ip: "192.0.2.7", userAgent: "a phone" };

describe("sign-in over RPC", () => {
  const codeFor = async () => {
    const { email } = await registerVerifiedUser(service);
    return {
      email,
      code: await authorizationCodeFor(email, service.clock.now()),
      codeVerifier: CODE_VERIFIER,
      client,
    };
  };

  it("exchanges a code for a session of the binding's audience, refreshes it and detects reuse", async () => {
    const { email, ...exchange } = await codeFor();
    const answer = await notes.call("exchangeCode", exchange);
    if (!answer.ok) throw new Error(answer.reason);
    expect(answer).toMatchObject({ tokenType: "Bearer", expiresIn: 900, user: { email, role: "user" } });
    const verified = await notes.call("verifyToken", answer.token);
    expect(verified).toMatchObject({
      session: { audience: resourceUri("notes"), sessionId: answer.sessionId, amr: ["fed"] },
    });
    const own = (await logIn(service, email)).token;
    const listed = (await service.get("/sessions", own)).body.data as { id: string }[];
    const session = listed.find(({ id }) => id === answer.sessionId);
    expect(session).toMatchObject({ ip: client.ip, userAgent: client.userAgent });
    const { refreshToken } = answer;
    const refreshed = await notes.call("refreshSession", { refreshToken, client });
    if (!refreshed.ok) throw new Error(refreshed.reason);
    expect(decodeJwt(refreshed.token)).toMatchObject({ aud: resourceUri("notes"), sid: answer.sessionId });
    expect(notes.log.at(-1)).toMatchObject({ rpc: "refreshSession", d1: 1, kv: 0 });
    await notes.call("refreshSession", { refreshToken: refreshed.refreshToken, client });
    service.clock.advance(11_000);
    const reused = await notes.call("refreshSession", { refreshToken, client });
    expect(reused).toEqual({ ok: false, reason: "refresh_invalid" });
    const strict = await notes.call("verifyToken", refreshed.token, { strict: true });
    expect(strict).toEqual({ ok: false, reason: "session_ended" });
  });

  it("accepts a code once, and only with its code verifier", async () => {
    const { email: _, ...exchange } = await codeFor();
    const codeVerifier = "b".repeat(43);
    const invalid = { ok: false, reason: "code_invalid" };
    expect(await worker.call("exchangeCode", { ...exchange, codeVerifier })).toEqual(invalid);
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => worker.call("exchangeCode", exchange)),
    );
    expect(answers.filter(({ ok }) => ok)).toHaveLength(1);
    expect(answers.filter((answer) => !answer.ok && answer.reason === "code_invalid")).toHaveLength(19);
  });

  it("signs out by refresh token through a binding that may only verify and sign in", async () => {
    const { email: _, ...exchange } = await codeFor();
    const permissions = ["verify", "sign-in"];
    const app = createRpcCaller(service, { props: { audience: "notes", permissions } });
    const first = await app.call("exchangeCode", exchange);
    if (!first.ok) throw new Error(first.reason);
    const next = await app.call("refreshSession", { refreshToken: first.refreshToken, client });
    if (!next.ok) throw new Error(next.reason);
    expect(await app.call("revokeSession", first.sessionId)).toEqual({ ok: false, reason: "forbidden" });
    // An older refresh token signs out too: a tab with an old token must not leave the session open.
    service.clock.advance(60_000);
    const { refreshToken } = first;
    expect(await app.call("signOut", { refreshToken, client })).toEqual({ ok: true });
    const ended = { ok: false, reason: "session_ended" };
    expect(await app.call("verifyToken", next.token)).toEqual(ended);
    expect(await app.call("verifyToken", next.token, { strict: true })).toEqual(ended);
    expect(await app.call("refreshSession", { refreshToken: next.refreshToken, client })).toEqual({
      ok: false,
      reason: "refresh_invalid",
    });
    const audit = await env.DB.prepare("SELECT ip FROM audit_events WHERE type = 'signed_out'").all();
    expect(audit.results).toEqual([{ ip: client.ip }]);
    expect(await app.call("signOut", { refreshToken })).toEqual({ ok: true });
  });

  it("rejects sign-out with an invalid refresh token, and without the permission", async () => {
    const { token, refreshToken } = await registerAndLogIn(service);
    const invalid = { ok: false, reason: "refresh_invalid" };
    for (const invalidToken of [token, "x", `${refreshToken.slice(0, -4)}AAAA`]) {
      expect(await worker.call("signOut", { refreshToken: invalidToken })).toEqual(invalid);
    }
    const verifying = createRpcCaller(service, { props: { permissions: ["verify", "read", "revoke"] } });
    expect(await verifying.call("signOut", { refreshToken })).toEqual({ ok: false, reason: "forbidden" });
    expect((await service.get("/me", token)).status).toBe(200);
  });

  it("refuses an exchange when a second factor is required or the account is deactivated", async () => {
    const { email, ...exchange } = await codeFor();
    await env.DB.prepare(
      "INSERT INTO factors (id, account_id, kind, created_at) SELECT ?, id, 'email_otp', 0 FROM accounts WHERE email = ?",
    )
      .bind(crypto.randomUUID(), email)
      .run();
    const required = await worker.call("exchangeCode", exchange);
    expect(required).toMatchObject({ ok: false, reason: "second_factor_required", expiresIn: 600 });
    expect(JSON.stringify(required)).not.toContain("oken");
    const deactivated = await codeFor();
    await env.DB.prepare("UPDATE accounts SET status = 'deactivated' WHERE email = ?")
      .bind(deactivated.email)
      .run();
    const { email: _, ...request } = deactivated;
    expect(await worker.call("exchangeCode", request)).toEqual({ ok: false, reason: "account_deactivated" });
  });
});
