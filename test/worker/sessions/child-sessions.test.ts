import { env } from "cloudflare:workers";
import { decodeJwt } from "jose";
import { describe, expect, it } from "vitest";
import { signedInAs } from "../../support/admins.ts";
import { APP_ORIGIN, codeIn, exchange, fromApp } from "../../support/app-pages.ts";
import { type openPages, signedInPages } from "../../support/pages.ts";
import { inParallel } from "../../support/parallel.ts";
import { callingWorker } from "../../support/rpc.ts";
import { createTestClock, startService } from "../../support/service.ts";
import { APP } from "../../support/social/providers.ts";
import { logIn, mailTo, member } from "../../support/users.ts";

const service = startService({
  env: { ALLOWED_RETURN_URLS: APP, ALLOWED_ORIGINS: APP_ORIGIN },
  clock: createTestClock(),
});
const worker = callingWorker(service);

const REFRESH = "__Host-gh_refresh";
type Pages = ReturnType<typeof openPages>;

const sidOf = (token: string) => decodeJwt(token).sid as string;
const statusOf = async (token: string) => (await service.get("/me", token)).status;

/** Somebody who has signed in at the pages, and from there to an app. */
async function family() {
  const { email } = await member(service);
  const pages = await signedInPages(service, email);
  return { email, pages, parentId: sidOf(pages.jar.get(REFRESH) ?? ""), app: await signInToApp(pages) };
}

const signOut = async (pages: Pages) => pages.submit(await pages.visit("/sign-out"));

async function signInToApp(pages: Pages): Promise<{ token: string; refreshToken: string }> {
  const code = codeIn(await pages.send("GET", fromApp("/sign-in")));
  return (await exchange(service, code)).body.data;
}

describe("the session of an app ends with the one of the pages that it was opened by", () => {
  const endings: Record<string, (of: Awaited<ReturnType<typeof family>>) => Promise<unknown>> = {
    "signing out at the pages": ({ pages }) => signOut(pages),
    "ending it in the list": async ({ email, parentId }) => {
      const { token } = await logIn(service, email);
      return service.call("DELETE", `/api/auth/sessions/${parentId}`, undefined, token);
    },
    "a Worker that revokes it": ({ parentId }) => worker.call("revokeSession", parentId),
    "a refresh token that comes back": async ({ pages }) => {
      const stale = pages.jar.get(REFRESH);
      await pages.visit(fromApp("/sign-in"));
      service.clock.advance(11_000);
      return service.post("/refresh", { refreshToken: stale });
    },
  };

  it.each(Object.entries(endings))("by %s", async (_by, end) => {
    const found = await family();
    const { token } = await logIn(service, found.email);
    await end(found);
    expect(await statusOf(found.app.token)).toBe(401);
    const refreshed = await service.post("/refresh", { refreshToken: found.app.refreshToken });
    expect(refreshed.body.error?.code).toBe("refresh_invalid");
    // Other Workers learn of both by KV.
    expect(await worker.call("verifyToken", found.app.token)).toEqual({ ok: false, reason: "session_ended" });
    for (const id of [found.parentId, sidOf(found.app.token)]) {
      expect(await env.KV.get(`deny:sid:${id}`)).toBe("1");
    }
    // What was signed in to elsewhere goes on.
    expect(await statusOf(token)).toBe(200);
  });

  it("so a copied refresh cookie buys no session that outlives the discovery of the copy", async () => {
    const { email, pages } = await family();
    const thief = await signedInPages(service, email);
    for (const [name, value] of pages.jar) thief.jar.set(name, value);
    const stolen = await signInToApp(thief);
    expect(await statusOf(stolen.token)).toBe(200);
    service.clock.advance(16 * 60_000);
    // Its owner comes back after the access cookie has gone: the refresh cookie has been spent by the copy.
    await pages.visit("/account");
    const refreshed = await service.post("/refresh", { refreshToken: stolen.refreshToken });
    expect(refreshed.body.error?.code).toBe("refresh_invalid");
    const subjects = (await mailTo(service, email)).map(({ subject }) => subject);
    expect(subjects).toContain("We ended one of your sessions at Gatehouse");
  });

  it("and so does what an app's session opens in its turn", async () => {
    const { email, pages, parentId, app } = await family();
    const own = await signedInPages(service, email);
    own.jar.clear();
    own.jar.set(REFRESH, app.refreshToken);
    const grandchild = await signInToApp(own);
    expect(sidOf(grandchild.token)).not.toBe(parentId);
    await signOut(pages);
    expect(await statusOf(grandchild.token)).toBe(401);
  });

  it("whichever comes first, its code or the end", async () => {
    for (let round = 0; round < 12; round += 1) {
      const { email, pages, parentId } = await family();
      const code = codeIn(await pages.send("GET", fromApp("/sign-in")));
      const { token } = await logIn(service, email);
      await inParallel(2, (at) =>
        at === round % 2
          ? exchange(service, code)
          : service.call("DELETE", `/api/auth/sessions/${parentId}`, undefined, token),
      );
      const live = "SELECT count(*) AS n FROM sessions WHERE parent_id = ? AND revoked_at IS NULL";
      expect(await env.DB.prepare(live).bind(parentId).first("n")).toBe(0);
    }
  });
});

describe("the session of an app", () => {
  it("ends alone: the one of the pages, and those of other apps, go on", async () => {
    const { email, pages, app } = await family();
    const second = await signInToApp(pages);
    expect((await service.post("/logout", {}, app.token)).status).toBe(200);
    expect([await statusOf(app.token), await statusOf(second.token)]).toEqual([401, 200]);
    expect((await pages.visit("/account")).text).toContain(email);
  });

  it("stands in the list by the app's origin, and on the page by its host", async () => {
    const { pages, app } = await family();
    const list = (await service.get("/sessions", app.token)).body.data as {
      id: string;
      app: string | null;
    }[];
    expect(list.map((one) => [one.id === sidOf(app.token), one.app])).toEqual(
      expect.arrayContaining([
        [true, APP_ORIGIN],
        [false, null],
      ]),
    );
    expect((await pages.visit("/account/sessions")).text).toContain(`${new URL(APP_ORIGIN).host} (`);
  });

  it("goes on when an app ends the others, the one that opened it among them", async () => {
    const { email, app } = await family();
    const { token } = await logIn(service, email);
    const change = { currentPassword: "a quiet lighthouse 7", newPassword: "a second lighthouse 8" };
    expect((await service.post("/me/password", change, app.token)).status).toBe(200);
    expect([await statusOf(app.token), await statusOf(token)]).toEqual([200, 401]);
  });
});

describe("the sessions of one account", () => {
  it("are a hundred at most: the ones unused the longest make room, by either way in", async () => {
    const { email } = await member(service);
    const first = await logIn(service, email);
    const fill =
      "INSERT INTO sessions SELECT n.value, account_id, 1, amr, ip, user_agent, created_at, last_used_at + n.key + 1, rotated_at, idle_expires_at, expires_at, NULL, NULL, NULL FROM sessions, json_each(?) AS n WHERE sessions.id = ?";
    const ids = JSON.stringify(Array.from({ length: 99 }, () => crypto.randomUUID()));
    await env.DB.prepare(fill).bind(ids, sidOf(first.token)).run();
    expect(await statusOf(first.token)).toBe(200);
    service.clock.advance(60_000);
    const last = await logIn(service, email);
    expect([await statusOf(first.token), await statusOf(last.token)]).toEqual([401, 200]);
    expect((await service.get("/sessions", last.token)).body.data).toHaveLength(100);
  });

  it("are ended but for one by one statement, however many", async () => {
    const { email, id } = await signedInAs(service, "user");
    const pages = await signedInPages(service, email);
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
    const trail = "SELECT type FROM audit_events WHERE account_id = ? ORDER BY at DESC, id DESC LIMIT 1";
    expect(await env.DB.prepare(trail).bind(id).first("type")).toBe("other_sessions_ended");
  });
});
