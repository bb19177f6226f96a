import { env } from "cloudflare:workers";
import { createLocalJWKSet, decodeJwt, jwtVerify } from "jose";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { type Loopback, openLoopback } from "../../../support/loopback/loopback.ts";
import {
  authorizeClient,
  createClient,
  familyOf,
  ISSUER,
  NOTES,
  RESOURCE_VARIABLES,
  signedInUser,
} from "../../../support/oauth.ts";
import { resetStores } from "../../../support/reset-stores.ts";
import { createTestClock, type Service, startService } from "../../../support/service.ts";
import { signedInAs } from "../../../support/users.ts";

const MINUTELY = "* * * * *";
const MINUTE = 60_000;
const LOGOUT_EVENT = "http://schemas.openid.net/event/backchannel-logout";

const start = () =>
  startService({ env: RESOURCE_VARIABLES, clock: createTestClock(), providerTimeoutMs: 500 });

type Changes = Parameters<typeof createClient>[1];

/** A client that listens, with tokens of a user. */
async function listeningClient(service: Service, changes: Changes = {}) {
  const receiver = openLoopback();
  const client = await createClient(service, {
    backchannelLogoutUri: `${receiver.url}/logout?tenant=1`,
    ...changes,
  });
  const user = await signedInUser(service);
  const authorized = { ...(await authorizeClient(service, client, { user })), user };
  return { receiver, client, authorized };
}

const tokensAt = async (receiver: Loopback): Promise<string[]> =>
  (await receiver.requests()).map(({ body }) => new URLSearchParams(body).get("logout_token") ?? "");

const notices = async (clientId: string) =>
  (
    await env.DB.prepare("SELECT * FROM oauth_logout_notices WHERE client_id = ?")
      .bind(clientId)
      .all<{ attempts: number; due_at: number; session_id: string }>()
  ).results;

/** Ends the browser session, and with it the sessions of its clients. */
const signOut = (service: Service, { token }: { readonly token: string }) =>
  service.post("/logout", {}, token);

const silence = () => vi.spyOn(console, "error").mockImplementation(() => undefined);
const linesOf = (spy: ReturnType<typeof silence>) => spy.mock.calls.map(([line]) => JSON.parse(String(line)));

// A run delivers the notices of all tests.
beforeEach(resetStores);
afterEach(() => {
  vi.restoreAllMocks();
});

describe("a logout token", () => {
  it.each(["RS256", "ES256"] as const)("is sent after the sign-out, signed with %s", async (idTokenAlg) => {
    const service = start();
    const { receiver, client, authorized } = await listeningClient(service, { idTokenAlg });
    const { user, id_token } = authorized;
    expect((await signOut(service, user)).status).toBe(200);
    const [request, ...others] = await receiver.requests();
    expect(others).toEqual([]);
    expect(request).toMatchObject({ method: "POST", path: "/logout?tenant=1" });
    expect(request?.headers["content-type"]).toMatch(/^application\/x-www-form-urlencoded/);
    expect(Object.keys(request?.headers ?? {})).not.toContain("cookie");
    const [token = ""] = await tokensAt(receiver);
    const keys = JSON.parse((await service.call("GET", "/.well-known/jwks.json")).text);
    const { payload, protectedHeader } = await jwtVerify(token, createLocalJWKSet(keys), {
      algorithms: [idTokenAlg],
      typ: "logout+jwt",
      issuer: ISSUER,
      audience: client.id,
      subject: user.accountId,
      requiredClaims: ["iat", "exp", "jti", "sid", "events"],
      currentDate: new Date(service.clock.now()),
    });
    expect(protectedHeader).toEqual({ alg: idTokenAlg, kid: expect.any(String), typ: "logout+jwt" });
    expect(payload.sid).toBe(decodeJwt(id_token).sid);
    expect(payload.events).toEqual({ [LOGOUT_EVENT]: {} });
    expect((payload.exp ?? 0) - (payload.iat ?? 0)).toBe(120);
    expect(payload).not.toHaveProperty("nonce");
    expect(await notices(client.id)).toEqual([]);
  });

  it("is no token of this service's own endpoints", async () => {
    const service = start();
    const { receiver, authorized } = await listeningClient(service, { idTokenAlg: "ES256" });
    await signOut(service, authorized.user);
    const [token = ""] = await tokensAt(receiver);
    expect((await service.get("/me", token)).status).toBe(401);
    const userinfo = await service.call("GET", "/oauth/userinfo", undefined, token);
    expect(userinfo.status).toBe(401);
  });

  it("goes to each client of the browser session, and to no other session's", async () => {
    const service = start();
    const [first, other] = [await listeningClient(service), await listeningClient(service)];
    const second = await listeningClient(service);
    await authorizeClient(service, second.client, { user: first.authorized.user });
    await signOut(service, first.authorized.user);
    expect(await tokensAt(first.receiver)).toHaveLength(1);
    const [token = ""] = await tokensAt(second.receiver);
    expect(decodeJwt(token).sub).toBe(first.authorized.user.accountId);
    expect(await tokensAt(other.receiver)).toEqual([]);
  });

  it("is sent when the user ends all sessions, and not to a client without a URI", async () => {
    const service = start();
    const user = await signedInUser(service);
    const silent = await createClient(service);
    await authorizeClient(service, silent, { user });
    const { receiver, client } = await listeningClient(service);
    await authorizeClient(service, client, { user });
    await service.post("/logout-all", {}, user.token);
    expect(await tokensAt(receiver)).toHaveLength(1);
    expect(await notices(silent.id)).toEqual([]);
  });

  it("is sent by the cron job for an end that no request has announced", async () => {
    const service = start();
    const { receiver, client, authorized } = await listeningClient(service);
    await endInDatabase(service, familyOf(authorized.access_token));
    expect(await tokensAt(receiver)).toEqual([]);
    await service.runCron(MINUTELY);
    expect(await tokensAt(receiver)).toHaveLength(1);
    expect(await notices(client.id)).toEqual([]);
  });
});

/** Ends one session by itself. */
const endInDatabase = (service: Service, sessionId: string) =>
  env.DB.prepare("UPDATE sessions SET revoked_at = ? WHERE id = ?")
    .bind(service.clock.now(), sessionId)
    .run();

describe("a delivery that fails", () => {
  it.each([
    ["400", { kind: "respond", status: 400, body: '{"error":"invalid_request"}' }, "http_400"],
    ["503", { kind: "respond", status: 503 }, "http_503"],
    ["a redirect", { kind: "respond", status: 302, headers: { location: "/elsewhere" } }, "http_302"],
    ["no response", { kind: "hang" }, "timeout"],
    ["a closed connection", { kind: "close" }, "network"],
  ] as const)("with %s is retried, and logged", async (_, answer, reason) => {
    const service = start();
    const { receiver, client, authorized } = await listeningClient(service);
    await receiver.answer(answer, { kind: "respond", status: 204 });
    const errors = silence();
    await signOut(service, authorized.user);
    const sessionId = familyOf(authorized.access_token);
    expect(await notices(client.id)).toMatchObject([
      { session_id: sessionId, attempts: 1, due_at: service.clock.now() + MINUTE / 2 },
    ]);
    expect(linesOf(errors)).toMatchObject([
      { logoutNotice: "failed", clientId: client.id, sessionId, attempts: 1, reason },
    ]);
    await service.runCron(MINUTELY);
    expect(await notices(client.id)).toHaveLength(1);
    service.clock.advance(MINUTE);
    await service.runCron(MINUTELY);
    expect(await notices(client.id)).toEqual([]);
    const tokens = await tokensAt(receiver);
    expect(tokens.length).toBeGreaterThanOrEqual(2);
    expect(new Set(tokens.map((token) => decodeJwt(token).jti)).size).toBe(tokens.length);
    expect((await receiver.requests()).map(({ path }) => path)).not.toContain("/elsewhere");
  });

  it("waits longer each time, and ends after a day with an event and an alarm", async () => {
    const service = start();
    const { receiver, client, authorized } = await listeningClient(service);
    await receiver.answer({ kind: "respond", status: 500 });
    const errors = silence();
    await signOut(service, authorized.user);
    const delays: number[] = [];
    for (let [notice] = await notices(client.id); notice; [notice] = await notices(client.id)) {
      delays.push(notice.due_at - service.clock.now());
      service.clock.advance(notice.due_at - service.clock.now());
      await service.runCron(MINUTELY);
    }
    expect(delays.slice(0, 4)).toEqual([0.5, 1, 2, 4].map((minutes) => minutes * MINUTE));
    expect(Math.max(...delays)).toBe(60 * MINUTE);
    const total = delays.reduce((sum, delay) => sum + delay, 0);
    expect(total).toBeGreaterThan(22 * 60 * MINUTE);
    expect(total).toBeLessThan(24 * 60 * MINUTE);
    const sessionId = familyOf(authorized.access_token);
    const event = await env.DB.prepare(
      "SELECT actor_id, details FROM audit_events WHERE account_id = ? AND type = 'logout_notice_dropped'",
    )
      .bind(authorized.user.accountId)
      .first<{ actor_id: string | null; details: string }>();
    expect(event?.actor_id).toBeNull();
    expect(JSON.parse(event?.details ?? "")).toEqual({ client: client.id, sessionId, reason: "http_500" });
    expect(linesOf(errors).filter(({ alarm }) => alarm === "logout_notice_dropped")).toHaveLength(1);
  });

  it("in the middle loses no notice", async () => {
    const service = start();
    const { receiver, client, authorized } = await listeningClient(service);
    silence();
    // The Worker dies, or D1 fails, after the token was sent.
    const failing = startService({
      env: { ...RESOURCE_VARIABLES, DB: withoutDeletes(env.DB) },
      clock: service.clock,
    });
    await signOut(failing, authorized.user);
    expect(await tokensAt(receiver)).toHaveLength(1);
    expect(await notices(client.id)).toMatchObject([{ attempts: 1 }]);
    await service.runCron(MINUTELY);
    expect(await tokensAt(receiver)).toHaveLength(1);
    service.clock.advance(MINUTE);
    await service.runCron(MINUTELY);
    expect(await tokensAt(receiver)).toHaveLength(2);
    expect(await notices(client.id)).toEqual([]);
  });

  it("for one client does not hold up the others", async () => {
    const service = start();
    const [slow, quick] = [await listeningClient(service), await listeningClient(service)];
    await slow.receiver.answer({ kind: "hang" });
    silence();
    await endInDatabase(service, familyOf(slow.authorized.access_token));
    await endInDatabase(service, familyOf(quick.authorized.access_token));
    await service.runCron(MINUTELY);
    expect(await tokensAt(quick.receiver)).toHaveLength(1);
    expect(await notices(quick.client.id)).toEqual([]);
    expect(await notices(slow.client.id)).toHaveLength(1);
  });
});

/** A database that fails each deletion of a notice. */
function withoutDeletes(db: D1Database): D1Database {
  return new Proxy(db, {
    get(target, name) {
      if (name !== "prepare") {
        const value = Reflect.get(target, name);
        return typeof value === "function" ? value.bind(target) : value;
      }
      return (query: string) => {
        if (/^delete from "oauth_logout_notices"/i.test(query)) throw new Error("D1 is down");
        return target.prepare(query);
      };
    },
  });
}

describe("several Workers", () => {
  it("deliver each notice once", async () => {
    const service = start();
    const { receiver, client, authorized } = await listeningClient(service);
    const more = await Promise.all(
      Array.from({ length: 9 }, () => authorizeClient(service, client, { user: authorized.user })),
    );
    const families = [authorized, ...more].map(({ access_token }) => familyOf(access_token));
    for (const family of families) await endInDatabase(service, family);
    const workers = Array.from({ length: 5 }, () =>
      startService({ env: RESOURCE_VARIABLES, clock: service.clock }),
    );
    await Promise.all(workers.map((worker) => worker.runCron(MINUTELY)));
    const delivered = (await tokensAt(receiver)).map((token) => String(decodeJwt(token).sid));
    expect(delivered.toSorted()).toEqual(families.toSorted());
    expect(await notices(client.id)).toEqual([]);
  });
});

describe("a client that must not be called", () => {
  it.each([
    "https://169.254.169.254/logout",
    "https://printer.local/logout",
    "http://app.example.com/logout",
  ])("at %s gets no request", async (backchannelLogoutUri) => {
    const service = start();
    const { authorized, client } = await listeningClient(service, { backchannelLogoutUri });
    const errors = silence();
    const requests = vi.spyOn(globalThis, "fetch");
    await signOut(service, authorized.user);
    expect(requests).not.toHaveBeenCalled();
    expect(linesOf(errors)).toMatchObject([{ reason: "uri_not_allowed" }]);
    expect(await notices(client.id)).toHaveLength(1);
  });

  it("has given up its URI: the notice is deleted", async () => {
    const service = start();
    const { receiver, authorized, client } = await listeningClient(service);
    await endInDatabase(service, familyOf(authorized.access_token));
    await env.DB.prepare("UPDATE oauth_clients SET backchannel_logout_uri = NULL WHERE id = ?")
      .bind(client.id)
      .run();
    await service.runCron(MINUTELY);
    expect(await tokensAt(receiver)).toEqual([]);
    expect(await notices(client.id)).toEqual([]);
  });

  it("is deleted with its notices", async () => {
    const service = start();
    const { authorized, client } = await listeningClient(service);
    await endInDatabase(service, familyOf(authorized.access_token));
    await env.DB.prepare("DELETE FROM oauth_clients WHERE id = ?").bind(client.id).run();
    expect(await notices(client.id)).toEqual([]);
    await service.runCron(MINUTELY);
  });
});

it("a resource without openid has a notice, too, with the session of its access token", async () => {
  const service = start();
  const { receiver, client } = await listeningClient(service);
  const user = await signedInUser(service);
  const authorization = { user, scope: "notes:read", resource: NOTES };
  const { access_token } = await authorizeClient(service, client, authorization);
  await signOut(service, user);
  const [token = ""] = await tokensAt(receiver);
  expect(decodeJwt(token).sid).toBe(familyOf(access_token));
});

describe("the deletion of a client", () => {
  it("sends the logout tokens of its sessions", async () => {
    const service = start();
    const { receiver, client, authorized } = await listeningClient(service, { idTokenAlg: "ES256" });
    const second = await authorizeClient(service, client);
    const { token } = await signedInAs(service, "superuser");
    const path = `/api/auth/clients/${client.id}`;
    expect((await service.call("DELETE", path, undefined, token)).status).toBe(200);
    const tokens = await tokensAt(receiver);
    expect(tokens.map((each) => decodeJwt(each).sid).toSorted()).toEqual(
      [authorized, second].map(({ access_token }) => familyOf(access_token)).toSorted(),
    );
    const keys = JSON.parse((await service.call("GET", "/.well-known/jwks.json")).text);
    for (const each of tokens)
      await jwtVerify(each, createLocalJWKSet(keys), {
        ...{ algorithms: ["ES256"], typ: "logout+jwt", issuer: ISSUER, audience: client.id },
      });
  });

  it("succeeds when the client does not answer, and reports it", async () => {
    const errors = silence();
    const service = start();
    const { receiver, client, authorized } = await listeningClient(service);
    await receiver.answer({ kind: "respond", status: 500, headers: {}, body: "" });
    const { token } = await signedInAs(service, "superuser");
    const path = `/api/auth/clients/${client.id}`;
    expect((await service.call("DELETE", path, undefined, token)).status).toBe(200);
    expect(linesOf(errors)).toMatchObject([
      { clientId: client.id, sessionId: familyOf(authorized.access_token), reason: "http_500" },
    ]);
  });
});
