import { env } from "cloudflare:workers";
import { decodeJwt } from "jose";
import { describe, expect, it } from "vitest";
import { inParallel, statusCounts } from "../../support/assertions.ts";
import { APP, authorizePathOf, CODE_VERIFIER, codeIn, newApp } from "../../support/client-app.ts";
import { redeem } from "../../support/oauth.ts";
import { headingOf, signedInPageBrowser } from "../../support/pages.ts";
import { type ApiResponse, createTestClock, type Service, startService } from "../../support/service.ts";
import { registerAndLogIn, registerVerifiedUser, subjectsTo } from "../../support/users.ts";

const SECOND = 1000;
const REFRESH = "__Host-gh_refresh";
const start = () => startService({ clock: createTestClock() });

const refresh = (at: Service, refreshToken: string, userAgent = "first browser") =>
  at.call("POST", "/api/auth/refresh", { refreshToken }, undefined, { "User-Agent": userAgent });
const tokenOf = ({ body }: ApiResponse): string => body.data.refreshToken;
const REUSE_NOTICE = "We ended one of your sessions at Gatehouse";

/** A session whose second refresh token was answered and lost. */
async function lostAnswer(at: Service, ms = 11 * SECOND) {
  const { email, refreshToken: first } = await registerAndLogIn(at);
  const token = tokenOf(await refresh(at, first));
  const lost = tokenOf(await refresh(at, token));
  at.clock.advance(ms);
  return { email, first, token, lost };
}

const eventsOf = async (token: string) => {
  const query = "SELECT type FROM audit_events WHERE account_id = ? AND type LIKE ? ORDER BY at, id";
  const { results } = await env.DB.prepare(query).bind(decodeJwt(token).sub, "user_agent_changed").all();
  return results.length;
};

describe("a refresh whose answer was lost", () => {
  it("keeps the session after eleven seconds, and after a day, without a mail to its owner", async () => {
    const service = start();
    for (const ms of [11 * SECOND, 24 * 60 * 60 * SECOND]) {
      const { email, token, lost } = await lostAnswer(service, ms);
      const retry = await refresh(service, token);
      expect(retry.status).toBe(200);
      expect(tokenOf(retry)).not.toBe(lost);
      expect((await refresh(service, tokenOf(retry))).status).toBe(200);
      expect(await subjectsTo(service, email)).not.toContain(REUSE_NOTICE);
      expect(service.log.findLast(({ route }) => route.endsWith("/refresh"))).toMatchObject({ d1: 1 });
    }
  });

  it("voids the lost successor: its use ends the session, and the owner is told", async () => {
    const service = start();
    const { email, token, lost } = await lostAnswer(service);
    const next = tokenOf(await refresh(service, token));
    expect((await refresh(service, lost)).status).toBe(401);
    expect((await refresh(service, next)).status).toBe(401);
    expect(await subjectsTo(service, email)).toContain(REUSE_NOTICE);
  });

  it("ends the session for a token older than the one whose answer was lost", async () => {
    const service = start();
    const { first, token } = await lostAnswer(service);
    expect((await refresh(service, first)).status).toBe(401);
    expect((await refresh(service, token)).status).toBe(401);
  });

  it("ends the session for the retried token once its new successor was used", async () => {
    const service = start();
    const { token } = await lostAnswer(service);
    const next = tokenOf(await refresh(service, token));
    await refresh(service, next);
    expect((await refresh(service, token)).status).toBe(401);
  });

  it("may be lost again: each retry returns a token that works", async () => {
    const service = start();
    const { email, token } = await lostAnswer(service);
    for (let times = 0; times < 3; times += 1) {
      expect((await refresh(service, token)).status).toBe(200);
      service.clock.advance(11 * SECOND);
    }
    const last = await refresh(service, token);
    expect((await refresh(service, tokenOf(last))).status).toBe(200);
    expect(await subjectsTo(service, email)).not.toContain(REUSE_NOTICE);
  });

  it("rotates once for 50 parallel retries, whose tokens are one live chain", async () => {
    const service = start();
    const { token } = await lostAnswer(service);
    const answers = await inParallel(50, () => refresh(service, token));
    expect(statusCounts(answers)).toEqual({ 200: 50 });
    expect(new Set(answers.map(tokenOf)).size).toBe(1);
    const row = env.DB.prepare("SELECT generation, voided_generations FROM sessions WHERE id = ?");
    expect(await row.bind(decodeJwt(token).sid).first()).toEqual({ generation: 4, voided_generations: 1 });
    expect((await refresh(service, tokenOf(answers[7] as ApiResponse))).status).toBe(200);
  });

  it("leaves one live chain of 25 retries and 25 uses of the lost successor at once", async () => {
    const service = start();
    const { token, lost } = await lostAnswer(service);
    const answers = await inParallel(50, (at) => refresh(service, at % 2 ? token : lost));
    const tokens = new Set(answers.filter(({ status }) => status === 200).map(tokenOf));
    const live = [];
    for (const each of tokens) if ((await refresh(service, each)).status === 200) live.push(each);
    expect(live.length).toBeLessThanOrEqual(1);
  });

  it("keeps a page's session whose rotated cookie did not arrive", async () => {
    const service = start();
    const { email } = await registerVerifiedUser(service);
    const browser = await signedInPageBrowser(service, email);
    const before = browser.jar.get(REFRESH) ?? "";
    service.clock.advance(16 * 60 * SECOND);
    expect((await browser.visit("/account")).status).toBe(200);
    browser.jar.set(REFRESH, before);
    browser.jar.delete("__Host-gh_access");
    service.clock.advance(11 * SECOND);
    expect(headingOf(await browser.visit("/account"))).not.toBe("Sign in");
    expect(await subjectsTo(service, email)).not.toContain(REUSE_NOTICE);
  });

  it("issues a code for a page's cookie whose redirect did not arrive, but not once its code was redeemed", async () => {
    const service = start();
    const { email } = await registerVerifiedUser(service);
    const browser = await signedInPageBrowser(service, email);
    const before = browser.jar.get(REFRESH) ?? "";
    const app = await newApp(service);
    // Without an access cookie the request rotates the refresh token first.
    const request = () => {
      browser.jar.delete("__Host-gh_access");
      return browser.send("GET", authorizePathOf(app));
    };
    codeIn(await request());
    service.clock.advance(11 * SECOND);
    browser.jar.set(REFRESH, before);
    codeIn(await request());
    // The same token again, later than its predecessor would be accepted.
    service.clock.advance(15 * SECOND);
    const code = { code: codeIn(await browser.send("GET", authorizePathOf(app))), verifier: CODE_VERIFIER };
    service.clock.advance(56 * SECOND);
    expect((await redeem(service, app, code, { redirect_uri: APP })).status).toBe(200);
    service.clock.advance(11 * SECOND);
    browser.jar.set(REFRESH, before);
    expect((await request()).headers.get("Location")).toMatch(/^\/sign-in\?/);
    expect(await subjectsTo(service, email)).toContain(REUSE_NOTICE);
  });
});

describe("a refresh token of another user agent", () => {
  it("refuses the retry of a session of this service, logs it and keeps the session", async () => {
    const service = start();
    for (const ms of [0, 11 * SECOND]) {
      const { token, lost } = await lostAnswer(service, ms);
      const before = await eventsOf(token);
      expect((await refresh(service, token, "another browser")).status).toBe(401);
      expect(await eventsOf(token)).toBe(before + 1);
      expect((await refresh(service, lost)).status).toBe(200);
    }
  });

  it("accepts and logs the current token, and a retry of the new user agent after it", async () => {
    const service = start();
    const { refreshToken } = await registerAndLogIn(service);
    await refresh(service, refreshToken);
    const { refreshToken: other } = await registerAndLogIn(service);
    await refresh(service, other);
    const current = tokenOf(await refresh(service, other));
    const before = await eventsOf(other);
    expect((await refresh(service, current, "updated browser")).status).toBe(200);
    expect((await refresh(service, current, "updated browser")).status).toBe(200);
    expect(await eventsOf(other)).toBe(before + 1);
  });
});
