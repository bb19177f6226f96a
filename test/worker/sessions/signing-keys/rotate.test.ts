import { env } from "cloudflare:workers";
import { createLocalJWKSet, decodeProtectedHeader, type JSONWebKeySet, jwtVerify } from "jose";
import { beforeEach, describe, expect, it, vi } from "vitest";
import {
  DAY,
  deliveryAttemptsOf,
  EVERY_HOUR,
  EVERY_MINUTE,
  HOUR,
  startWithProvider,
  status,
} from "../../../support/outbox.ts";
import { resetStores } from "../../../support/reset-stores.ts";
import { createTestClock, type Service, startService } from "../../../support/service.ts";
import { logIn, PASSWORD, register, registerAndLogIn, registerVerifiedUser } from "../../../support/users.ts";

// Each cron run writes a log line.
vi.spyOn(console, "log").mockImplementation(() => undefined);

beforeEach(resetStores);

const kidOf = (token: string): string => decodeProtectedHeader(token).kid ?? "";
async function keySetOf(service: Service): Promise<JSONWebKeySet> {
  const answer = await service.call("GET", "/.well-known/jwks.json");
  expect(answer.status).toBe(200);
  return JSON.parse(answer.text);
}

/** The keys of access tokens. Those of ID tokens rotate in the same way. */
const kidsOf = async (service: Service, alg = "ES256"): Promise<string[]> =>
  (await keySetOf(service)).keys.filter((key) => key.alg === alg).map(({ kid }) => kid ?? "");
/** Verifies as another Worker would: only with the published key set. */
const verify = (token: string, keySet: JSONWebKeySet, now: number) =>
  jwtVerify(token, createLocalJWKSet(keySet), {
    ...{ issuer: "http://gatehouse.test", audience: "gatehouse", typ: "at+jwt" },
    ...{ algorithms: ["ES256"], currentDate: new Date(now) },
  });

const storedKeys = async (): Promise<{ kid: string; sealed_by: string }[]> =>
  (await env.DB.prepare("SELECT * FROM signing_keys WHERE alg = 'ES256' ORDER BY signs_from").all<never>())
    .results;

describe("ninety days of hourly rotations, checked every eleven hours", () => {
  it("rotates without failing a login or a token, and publishes each key a day ahead", async () => {
    // Access tokens with the longest allowed life: the old key must outlast them.
    const service = startService({ env: { ACCESS_TOKEN_TTL: "86400", REFRESH_MAX_TTL: "31536000" } });
    const { clock } = service;
    const { email } = await registerVerifiedUser(service);
    const publishedAt = new Map<string, number>();
    const signers: string[] = [];
    const counts: number[] = [];
    let live: string[] = [];
    // Eleven hours, so that the first instant of a key falls between two checks.
    for (let hour = 0; hour < 90 * 24; hour += 11) {
      await service.runCron(EVERY_HOUR);
      const keySet = await keySetOf(service);
      const keys = keySet.keys.filter(({ alg }) => alg === "ES256");
      counts.push(keys.length);
      expect(keySet.keys).toHaveLength(2 * keys.length);
      for (const key of keys) {
        expect(Object.keys(key).sort()).toEqual(["alg", "crv", "kid", "kty", "use", "x", "y"]);
        if (!publishedAt.has(key.kid ?? "")) publishedAt.set(key.kid ?? "", clock.now());
      }
      const { token } = await logIn(service, email);
      const kid = kidOf(token);
      if (signers.at(-1) !== kid) {
        signers.push(kid);
        // The first key signs at once, because it has no predecessor.
        const publishedFor = clock.now() - (publishedAt.get(kid) ?? Number.POSITIVE_INFINITY);
        if (signers.length > 1) expect(publishedFor).toBeGreaterThanOrEqual(DAY - HOUR);
      }
      live = [token, ...live.slice(0, 2)];
      for (const each of live) await verify(each, keySet, clock.now());
      expect((await service.get("/me", live.at(-1))).status).toBe(200);
      clock.advance(11 * HOUR);
    }
    expect([signers.length, new Set(signers).size]).toEqual([3, 3]);
    expect([Math.min(...counts), Math.max(...counts)]).toEqual([1, 2]);
    expect(await storedKeys()).toHaveLength(counts.at(-1) ?? 0);
  });
});

describe("rotateSigningKeys", () => {
  it("publishes one next key, however many rotations run at once", async () => {
    const service = startService();
    const [first] = await kidsOf(service);
    service.clock.advance(29 * DAY);
    await Promise.all(Array.from({ length: 10 }, () => service.runCron(EVERY_HOUR)));
    expect(await kidsOf(service)).toEqual([first, expect.any(String)]);
    expect(await kidsOf(service, "RS256")).toHaveLength(2);
    await service.runCron(EVERY_HOUR);
    expect(await storedKeys()).toHaveLength(2);
  });

  it("publishes no key on an empty database, or before the next key is due", async () => {
    const service = startService();
    await service.runCron(EVERY_HOUR);
    expect(await storedKeys()).toEqual([]);
    await kidsOf(service);
    service.clock.advance(29 * DAY - HOUR);
    await service.runCron(EVERY_HOUR);
    expect(await storedKeys()).toHaveLength(1);
  });

  it("publishes a day ahead also when it runs months late, and logins succeed meanwhile", async () => {
    const service = startService();
    const { email, token } = await registerAndLogIn(service);
    service.clock.advance(100 * DAY);
    expect(kidOf((await logIn(service, email)).token)).toBe(kidOf(token));
    await service.runCron(EVERY_HOUR);
    service.clock.advance(DAY - HOUR);
    expect(kidOf((await logIn(service, email)).token)).toBe(kidOf(token));
    service.clock.advance(HOUR);
    expect(kidOf((await logIn(service, email)).token)).not.toBe(kidOf(token));
  });

  it("publishes another key when the next one cannot be unsealed", async () => {
    const before = startService();
    await kidsOf(before);
    before.clock.advance(29 * DAY + HOUR);
    await before.runCron(EVERY_HOUR);
    expect(await storedKeys()).toHaveLength(2);
    const after = startService({
      clock: before.clock,
      env: { AUTH_SECRET: "the secret that replaced the previous one" },
    });
    const { email, token } = await registerAndLogIn(after);
    after.clock.advance(29 * DAY);
    await after.runCron(EVERY_HOUR);
    // The next key signs after a day, and the others stay published for the longest life of a token.
    after.clock.advance(3 * DAY);
    await after.runCron(EVERY_HOUR);
    const renewed = await logIn(after, email);
    expect(kidOf(renewed.token)).not.toBe(kidOf(token));
    expect(await kidsOf(after)).toEqual([kidOf(renewed.token)]);
  });
});

describe("a rotation of AUTH_SECRET", () => {
  const NEW_SECRET = "the root secret that takes its place, 32 bytes";

  /** The service before, during and after the rotation: with the old secret, both secrets, and the new secret. */
  function startPhases() {
    const clock = createTestClock();
    const secrets = { AUTH_SECRET: NEW_SECRET, AUTH_SECRET_PREVIOUS: Reflect.get(env, "AUTH_SECRET") };
    return {
      before: startService({ clock }),
      during: startWithProvider(clock, secrets),
      after: startService({ clock, env: { AUTH_SECRET: NEW_SECRET } }),
    };
  }

  it("accepts old tokens and passwords and sends queued mail while AUTH_SECRET_PREVIOUS is set", async () => {
    const { before, during } = startPhases();
    const user = await registerAndLogIn(before);
    const failing = startWithProvider(before.clock);
    await failing.provider.answer(status(500));
    const queued = await register(failing.service);
    const { service, provider } = during;
    expect((await service.get("/me", user.token)).status).toBe(200);
    const refreshed = await service.post("/refresh", { refreshToken: user.refreshToken });
    expect(refreshed.status).toBe(200);
    expect((await service.get("/me", refreshed.body.data.token)).status).toBe(200);
    expect((await service.post("/login", { email: user.email, password: PASSWORD })).status).toBe(200);
    const wrong = await service.post("/login", { email: user.email, password: `${PASSWORD}!` });
    expect(wrong.status).toBe(401);
    service.clock.advance(HOUR);
    await service.runCron(EVERY_MINUTE);
    const sent = deliveryAttemptsOf(await provider.requests()).filter(({ to }) => to === queued.email);
    expect(sent).toHaveLength(1);
  });

  it("needs no AUTH_SECRET_PREVIOUS after one hourly run", async () => {
    const { before, during, after } = startPhases();
    const user = await registerAndLogIn(before);
    const [sealedBefore] = await storedKeys();
    await during.service.runCron(EVERY_HOUR);
    const [sealedAfter, ...others] = await storedKeys();
    expect([sealedAfter?.kid, others]).toEqual([sealedBefore?.kid, []]);
    expect(sealedAfter?.sealed_by).not.toBe(sealedBefore?.sealed_by);
    // A login in this phase rehashes the password and signs the refresh token with the new secret.
    const renewed = await logIn(during.service, user.email);
    expect((await after.get("/me", user.token)).status).toBe(200);
    expect((await after.post("/refresh", { refreshToken: renewed.refreshToken })).status).toBe(200);
    const { token } = await logIn(after, user.email);
    expect(kidOf(token)).toBe(kidOf(user.token));
    expect(await storedKeys()).toHaveLength(1);
    await verify(token, await keySetOf(after), after.clock.now());
  });

  it("reseals the key once when two runs overlap and an isolate has cached the old keys", async () => {
    const { before, during } = startPhases();
    const user = await registerAndLogIn(before);
    await Promise.all([during.service.runCron(EVERY_HOUR), during.service.runCron(EVERY_HOUR)]);
    for (const service of [before, during.service]) {
      expect(kidOf((await logIn(service, user.email)).token)).toBe(kidOf(user.token));
    }
    expect(await storedKeys()).toHaveLength(1);
  });
});
