import { env } from "cloudflare:workers";
import { decodeJwt } from "jose";
import { describe, expect, it } from "vitest";
import { inParallel, statusCounts } from "../../support/assertions.ts";
import { createTestClock, type Service, startService } from "../../support/service.ts";
import { logIn, mailTo, registerAndLogIn, registerVerifiedUser } from "../../support/users.ts";

const SECOND = 1000;
const DAY = 24 * 60 * 60 * SECOND;
const service = startService();
const refresh = (refreshToken: string, at: Service = service) => at.post("/refresh", { refreshToken });

const generationOf = async (token: string): Promise<number | undefined> => {
  const row = await env.DB.prepare("SELECT generation FROM sessions WHERE id = ?")
    .bind(decodeJwt(token).sid)
    .first<{ generation: number }>();
  return row?.generation;
};

describe("POST /refresh", () => {
  describe("with the current refresh token", () => {
    it("returns a new token pair of the same session", async () => {
      const first = await registerAndLogIn(service);
      const answer = await refresh(first.refreshToken);
      expect(answer.status).toBe(200);
      expect(Object.keys(answer.body.data).sort()).toEqual(
        ["expiresIn", "refreshExpiresIn", "refreshToken", "token", "tokenType"].sort(),
      );
      expect(answer.body.data.refreshToken).not.toBe(first.refreshToken);
      expect(decodeJwt(answer.body.data.token).sid).toBe(decodeJwt(first.token).sid);
      expect((await service.get("/me", answer.body.data.token)).status).toBe(200);
      expect(answer.headers.get("Cache-Control")).toBe("no-store");
    });

    it("returns the same refresh token for a retry within ten seconds", async () => {
      const clocked = startService();
      const { refreshToken } = await registerAndLogIn(clocked);
      const first = await refresh(refreshToken, clocked);
      clocked.clock.advance(10 * SECOND);
      const retry = await refresh(refreshToken, clocked);
      expect(retry.status).toBe(200);
      expect(retry.body.data.refreshToken).toBe(first.body.data.refreshToken);
    });

    it("rotates once for 50 parallel refreshes and keeps the session", async () => {
      const { refreshToken } = await registerAndLogIn(service);
      const answers = await inParallel(50, () => refresh(refreshToken));
      expect(statusCounts(answers)).toEqual({ 200: 50 });
      const successors = new Set(answers.map((answer) => answer.body.data.refreshToken as string));
      expect(successors.size).toBe(1);
      expect(await generationOf(refreshToken)).toBe(2);
      const [successor] = successors;
      expect((await refresh(successor as string)).status).toBe(200);
      for (const answer of answers.slice(0, 3)) {
        expect((await service.get("/me", answer.body.data.token)).status).toBe(200);
      }
    });

    it("puts the account's current role and name into the new access token", async () => {
      const { email, refreshToken } = await registerAndLogIn(service);
      await env.DB.prepare("UPDATE accounts SET role = 'admin', name = 'Grace' WHERE email = ?")
        .bind(email)
        .run();
      const claims = decodeJwt((await refresh(refreshToken)).body.data.token);
      expect([claims.role, claims.name]).toEqual(["admin", "Grace"]);
    });
  });

  describe("with a reused refresh token", () => {
    it("ends the session when an older refresh token is reused, and notifies the user once", async () => {
      const clocked = startService();
      const { email, refreshToken: stolen } = await registerAndLogIn(clocked);
      const second = await refresh(stolen, clocked);
      const third = await refresh(second.body.data.refreshToken, clocked);
      const before = (await mailTo(clocked, email)).length;

      const reused = await inParallel(10, () => refresh(stolen, clocked));
      expect(statusCounts(reused)).toEqual({ 401: 10 });
      expect(reused[0]?.body.error?.code).toBe("refresh_invalid");

      expect((await clocked.get("/me", third.body.data.token)).status).toBe(401);
      expect((await refresh(third.body.data.refreshToken, clocked)).status).toBe(401);
      const mails = await mailTo(clocked, email);
      expect(mails.length).toBe(before + 1);
      expect(mails[0]?.subject).toMatch(/signed out|session/i);
      const { sid } = decodeJwt(stolen);
      expect(await env.KV.get(`deny:sid:${sid}`)).toBe("1");
      const audit = await env.DB.prepare(
        "SELECT details FROM audit_events WHERE type = 'refresh_token_reused' AND details ->> 'sessionId' = ?",
      )
        .bind(sid)
        .all();
      expect(audit.results).toEqual([{ details: JSON.stringify({ sessionId: sid, generation: 1 }) }]);
    });

    it("keeps the user's other sessions when a refresh token is reused", async () => {
      const clocked = startService();
      const first = await registerAndLogIn(clocked);
      const other = await logIn(clocked, first.email);
      const next = await refresh(first.refreshToken, clocked);
      await refresh(next.body.data.refreshToken, clocked);
      clocked.clock.advance(11 * SECOND);
      expect((await refresh(first.refreshToken, clocked)).status).toBe(401);
      expect((await refresh(other.refreshToken, clocked)).status).toBe(200);
    });
  });

  describe("without a live session", () => {
    it("rejects a refresh token after seven idle days, and after thirty days in total", async () => {
      const idle = startService();
      const unused = await registerAndLogIn(idle);
      idle.clock.advance(7 * DAY);
      expect((await refresh(unused.refreshToken, idle)).status).toBe(401);

      const active = startService({ clock: createTestClock() });
      let { refreshToken } = await registerAndLogIn(active);
      for (let day = 0; day < 24; day += 6) {
        active.clock.advance(6 * DAY);
        const answer = await refresh(refreshToken, active);
        expect(answer.status).toBe(200);
        refreshToken = answer.body.data.refreshToken;
      }
      active.clock.advance(5 * DAY);
      const last = await refresh(refreshToken, active);
      expect(last.body.data.refreshExpiresIn).toBe((DAY / SECOND) * 1);
      active.clock.advance(DAY);
      expect((await refresh(last.body.data.refreshToken, active)).status).toBe(401);
    });

    it("rejects a refresh token of a deactivated account", async () => {
      const { email } = await registerVerifiedUser(service);
      const { refreshToken } = await logIn(service, email);
      await env.DB.prepare("UPDATE accounts SET status = 'deactivated' WHERE email = ?").bind(email).run();
      expect((await refresh(refreshToken)).status).toBe(401);
    });
  });
});

describe("ACCESS_TOKEN_TTL=2", () => {
  it("expires the access token after ACCESS_TOKEN_TTL=2 seconds and refreshes it", async () => {
    const shortLived = startService({ env: { ACCESS_TOKEN_TTL: "2" } });
    const { token, refreshToken } = await registerAndLogIn(shortLived);
    expect((await shortLived.get("/me", token)).status).toBe(200);
    shortLived.clock.advance(2 * SECOND);
    const expired = await shortLived.get("/me", token);
    expect([expired.status, expired.headers.get("WWW-Authenticate")]).toEqual([401, "Bearer"]);
    const renewed = await refresh(refreshToken, shortLived);
    expect(renewed.body.data.expiresIn).toBe(2);
    expect((await shortLived.get("/me", renewed.body.data.token)).status).toBe(200);
  });
});
