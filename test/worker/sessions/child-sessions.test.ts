import { env } from "cloudflare:workers";
import { decodeJwt } from "jose";
import { describe, expect, it } from "vitest";
import { inParallel } from "../../support/assertions.ts";
import { APP_AUDIENCE, holderOf, newApp, signInToApp } from "../../support/client-app.ts";
import { authorizedCode, credentialsOf, errorOf, postForm, redeem, refresh } from "../../support/oauth.ts";
import { type openPageBrowser, signedInPageBrowser } from "../../support/pages.ts";
import { createRpcCaller } from "../../support/rpc.ts";
import { createTestClock, startService } from "../../support/service.ts";
import { logIn, mailTo, registerVerifiedUser, signedInAs } from "../../support/users.ts";

const service = startService({ clock: createTestClock() });
const worker = createRpcCaller(service);
const client = await newApp(service);

const REFRESH = "__Host-gh_refresh";
type Pages = ReturnType<typeof openPageBrowser>;

const sidOf = (token: string) => decodeJwt(token).sid as string;
const statusOf = async (token: string) => (await service.get("/me", token)).status;
/** Whether the session of an app's token is live. */
const isLive = async (token: string) =>
  (await worker.call("verifyToken", token, { audience: APP_AUDIENCE, strict: true })).ok;

const heldBy = (pages: Pages): string => pages.jar.get(REFRESH) ?? "";

/** A user with a browser session, and a session of an app that it has authorized. */
async function sessionFamily() {
  const { email } = await registerVerifiedUser(service);
  const pages = await signedInPageBrowser(service, email);
  const app = await signInToApp(service, client, heldBy(pages));
  return { email, pages, parentId: sidOf(heldBy(pages)), app };
}

const signOut = async (pages: Pages) => pages.submit(await pages.visit("/sign-out"));

describe("the end of a parent session", () => {
  const endings: Record<string, (family: Awaited<ReturnType<typeof sessionFamily>>) => Promise<unknown>> = {
    "sign-out at the pages": ({ pages }) => signOut(pages),
    "DELETE /sessions/:id": async ({ email, parentId }) => {
      const { token } = await logIn(service, email);
      return service.call("DELETE", `/api/auth/sessions/${parentId}`, undefined, token);
    },
    "revokeSession over RPC": ({ parentId }) => worker.call("revokeSession", parentId),
    "reuse of its refresh token": async ({ pages }) => {
      const first = heldBy(pages);
      let refreshToken = first;
      for (let times = 0; times < 2; times += 1)
        ({ refreshToken } = (await service.post("/refresh", { refreshToken })).body.data);
      return service.post("/refresh", { refreshToken: first });
    },
  };

  it.each(Object.entries(endings))("ends the child session with its parent on %s", async (_by, end) => {
    const family = await sessionFamily();
    const { token } = await logIn(service, family.email);
    await end(family);
    expect(await isLive(family.app.access_token)).toBe(false);
    expect(errorOf(await refresh(service, client, family.app.refresh_token))).toBe("invalid_grant");
    // Both are in the revocation list that other Workers read.
    expect(await worker.call("verifyToken", family.app.access_token, { audience: APP_AUDIENCE })).toEqual({
      ok: false,
      reason: "session_ended",
    });
    for (const id of [family.parentId, sidOf(family.app.access_token)]) {
      expect(await env.KV.get(`deny:sid:${id}`)).toBe("1");
    }
    // A session on another device stays live.
    expect(await statusOf(token)).toBe(200);
  });

  it("ends a child session opened with a stolen refresh cookie when the reuse is detected", async () => {
    const { email, pages } = await sessionFamily();
    let refreshToken = heldBy(pages);
    for (let times = 0; times < 2; times += 1)
      ({ refreshToken } = (await service.post("/refresh", { refreshToken })).body.data);
    const stolen = await signInToApp(service, client, refreshToken);
    expect(await isLive(stolen.access_token)).toBe(true);
    service.clock.advance(16 * 60_000);
    // The access cookie has expired. The user's refresh cookie is now reused, because the attacker spent it.
    await pages.visit("/account");
    expect(errorOf(await refresh(service, client, stolen.refresh_token))).toBe("invalid_grant");
    const subjects = (await mailTo(service, email)).map(({ subject }) => subject);
    expect(subjects).toContain("We ended one of your sessions at Gatehouse");
  });

  it("gives a session of an app no page, and no code for another app", async () => {
    const { app } = await sessionFamily();
    for (const path of ["/account", "/oauth/authorize?client_id=x"]) {
      const cookie = { Cookie: `${REFRESH}=${app.refresh_token}` };
      expect((await service.call("GET", path, undefined, undefined, cookie)).status).not.toBe(200);
    }
    expect((await service.post("/refresh", { refreshToken: app.refresh_token })).status).toBe(401);
    expect((await service.post("/logout", {}, app.access_token)).status).toBe(401);
    expect(await isLive(app.access_token)).toBe(true);
  });

  it("leaves no live child session when the code exchange and the end of the parent race", async () => {
    for (let attempt = 0; attempt < 12; attempt += 1) {
      const { email, pages, parentId } = await sessionFamily();
      const user = holderOf(heldBy(pages));
      const code = await authorizedCode(service, { user, client, resource: APP_AUDIENCE, scope: "openid" });
      const { token } = await logIn(service, email);
      await inParallel(2, (at) =>
        at === attempt % 2
          ? redeem(service, client, code)
          : service.call("DELETE", `/api/auth/sessions/${parentId}`, undefined, token),
      );
      const live = "SELECT count(*) AS n FROM sessions WHERE parent_id = ? AND revoked_at IS NULL";
      expect(await env.DB.prepare(live).bind(parentId).first("n")).toBe(0);
    }
  });
});

describe("a child session", () => {
  it("ends without its parent session and the child sessions of other apps", async () => {
    const { email, pages, app } = await sessionFamily();
    const second = await signInToApp(service, client, heldBy(pages));
    const form = { ...credentialsOf(client), token: app.refresh_token };
    expect((await postForm(service, "/oauth/revoke", form)).status).toBe(200);
    expect([await isLive(app.access_token), await isLive(second.access_token)]).toEqual([false, true]);
    expect((await pages.visit("/account")).text).toContain(email);
  });

  it("lists a child session with the name of its client, on the page too", async () => {
    const { email, pages, app } = await sessionFamily();
    const { token } = await logIn(service, email);
    const list = (await service.get("/sessions", token)).body.data as {
      id: string;
      app: string | null;
    }[];
    expect(list.map((one) => [one.id === sidOf(app.access_token), one.app])).toEqual(
      expect.arrayContaining([
        [true, client.name],
        [false, null],
      ]),
    );
    expect((await pages.visit("/account/sessions")).text).toContain(`${client.name} (`);
  });

  it("ends when a password change ends the other sessions, its parent included", async () => {
    const { email, app } = await sessionFamily();
    const { token } = await logIn(service, email);
    const change = { currentPassword: "a quiet lighthouse 7", newPassword: "a second lighthouse 8" };
    expect((await service.post("/me/password", change, token)).status).toBe(200);
    expect([await isLive(app.access_token), await statusOf(token)]).toEqual([false, 200]);
  });
});

describe("the sessions of one account", () => {
  it("limits an account to a hundred live sessions and ends the least recently used", async () => {
    const { email } = await registerVerifiedUser(service);
    const first = await logIn(service, email);
    const fill =
      "INSERT INTO sessions SELECT n.value, account_id, 1, amr, ip, user_agent, created_at, last_used_at + n.key + 1, rotated_at, idle_expires_at, expires_at, NULL, NULL, auth_time, client_id, audience, 0, NULL, NULL, NULL, NULL, NULL, NULL, 0, 1 FROM sessions, json_each(?) AS n WHERE sessions.id = ?";
    const ids = JSON.stringify(Array.from({ length: 99 }, () => crypto.randomUUID()));
    await env.DB.prepare(fill).bind(ids, sidOf(first.token)).run();
    expect(await statusOf(first.token)).toBe(200);
    service.clock.advance(60_000);
    const last = await logIn(service, email);
    expect([await statusOf(first.token), await statusOf(last.token)]).toEqual([401, 200]);
    expect((await service.get("/sessions", last.token)).body.data).toHaveLength(100);
  });

  it("ends all other sessions in one statement, however many there are", async () => {
    const { email, id } = await signedInAs(service, "user");
    const pages = await signedInPageBrowser(service, email);
    const others = [await logIn(service, email), await logIn(service, email)];
    const page = await pages.visit("/account/sessions");
    const before = service.log.length;
    service.clock.advance(1);
    await pages.submit(page, {}, "others");
    expect(service.log[before]).toMatchObject({ d1: 2 });
    for (const { token } of others) {
      expect(await statusOf(token)).toBe(401);
      expect(await env.KV.get(`deny:sid:${sidOf(token)}`)).toBe("1");
    }
    const latestEvent =
      "SELECT type FROM audit_events WHERE account_id = ? ORDER BY at DESC, id DESC LIMIT 1";
    expect(await env.DB.prepare(latestEvent).bind(id).first("type")).toBe("other_sessions_ended");
  });
});
