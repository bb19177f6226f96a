import { env } from "cloudflare:workers";
import { createLocalJWKSet, decodeProtectedHeader, type JSONWebKeySet, jwtVerify } from "jose";
import { beforeEach, describe, expect, it, vi } from "vitest";
import {
  attemptsOf,
  DAY,
  EVERY_HOUR,
  EVERY_MINUTE,
  HOUR,
  startWithProvider,
  status,
} from "../../../support/outbox.ts";
import { resetStores } from "../../../support/reset-stores.ts";
import { createTestClock, type Service, startService } from "../../../support/service.ts";
import { logIn, member, PASSWORD, register, signedInMember } from "../../../support/users.ts";

// Every run of the cron writes a line.
vi.spyOn(console, "log").mockImplementation(() => undefined);

beforeEach(resetStores);

const kidOf = (token: string): string => decodeProtectedHeader(token).kid ?? "";
async function keySetOf(service: Service): Promise<JSONWebKeySet> {
  const answer = await service.call("GET", "/.well-known/jwks.json");
  expect(answer.status).toBe(200);
  return JSON.parse(answer.text);
}

const kidsOf = async (service: Service): Promise<string[]> =>
  (await keySetOf(service)).keys.map(({ kid }) => kid ?? "");
/** Verifies as another Worker would: with the published set and nothing of ours. */
const verify = (token: string, keySet: JSONWebKeySet, now: number) =>
  jwtVerify(token, createLocalJWKSet(keySet), {
    ...{ issuer: "http://gatehouse.test", audience: "gatehouse", typ: "at+jwt" },
    ...{ algorithms: ["ES256"], currentDate: new Date(now) },
  });

const storedKeys = async (): Promise<{ kid: string; sealed_by: string }[]> =>
  (await env.DB.prepare("SELECT * FROM signing_keys ORDER BY signs_from").all<never>()).results;

describe("ninety days of hourly rotations, looked at every eleven hours", () => {
  it("never stop a login, never orphan a token, and publish each key a day ahead", {
    timeout: 120_000,
  }, async () => {
    // Tokens that live as long as they may: the old key has to outlast them.
    const service = startService({ env: { ACCESS_TOKEN_TTL: "86400", REFRESH_MAX_TTL: "31536000" } });
    const { clock } = service;
    const { email } = await member(service);
    const publishedAt = new Map<string, number>();
    const signers: string[] = [];
    const counts: number[] = [];
    let live: string[] = [];
    // Eleven, so that a key's first instant falls between two looks.
    for (let hour = 0; hour < 90 * 24; hour += 11) {
      await service.runCron(EVERY_HOUR);
      const keySet = await keySetOf(service);
      counts.push(keySet.keys.length);
      for (const key of keySet.keys) {
        expect(Object.keys(key).sort()).toEqual(["alg", "crv", "kid", "kty", "use", "x", "y"]);
        if (!publishedAt.has(key.kid ?? "")) publishedAt.set(key.kid ?? "", clock.now());
      }
      const { token } = await logIn(service, email);
      const kid = kidOf(token);
      if (signers.at(-1) !== kid) {
        signers.push(kid);
        // The first key of all signs at once, since there was none before it.
        const noticed = clock.now() - (publishedAt.get(kid) ?? Number.POSITIVE_INFINITY);
        if (signers.length > 1) expect(noticed).toBeGreaterThanOrEqual(DAY - HOUR);
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

describe("a rotation", () => {
  it("publishes one next key, however many run at once", async () => {
    const service = startService();
    const [first] = await kidsOf(service);
    service.clock.advance(29 * DAY);
    await Promise.all(Array.from({ length: 10 }, () => service.runCron(EVERY_HOUR)));
    expect(await kidsOf(service)).toEqual([first, expect.any(String)]);
    await service.runCron(EVERY_HOUR);
    expect(await storedKeys()).toHaveLength(2);
  });

  it("does nothing on an empty database, or before a key is due", async () => {
    const service = startService();
    await service.runCron(EVERY_HOUR);
    expect(await storedKeys()).toEqual([]);
    await kidsOf(service);
    service.clock.advance(29 * DAY - HOUR);
    await service.runCron(EVERY_HOUR);
    expect(await storedKeys()).toHaveLength(1);
  });

  it("that comes months late still gives its day's notice, and sign-in goes on meanwhile", async () => {
    const service = startService();
    const { email, token } = await signedInMember(service);
    service.clock.advance(100 * DAY);
    expect(kidOf((await logIn(service, email)).token)).toBe(kidOf(token));
    await service.runCron(EVERY_HOUR);
    service.clock.advance(DAY - HOUR);
    expect(kidOf((await logIn(service, email)).token)).toBe(kidOf(token));
    service.clock.advance(HOUR);
    expect(kidOf((await logIn(service, email)).token)).not.toBe(kidOf(token));
  });

  it("goes on when the published next key is one that no secret opens", async () => {
    const before = startService();
    await kidsOf(before);
    before.clock.advance(29 * DAY + HOUR);
    await before.runCron(EVERY_HOUR);
    expect(await storedKeys()).toHaveLength(2);
    const after = startService({
      clock: before.clock,
      env: { AUTH_SECRET: "the secret that replaced it outright" },
    });
    const { email, token } = await signedInMember(after);
    after.clock.advance(29 * DAY);
    await after.runCron(EVERY_HOUR);
    after.clock.advance(2 * DAY);
    await after.runCron(EVERY_HOUR);
    const renewed = await logIn(after, email);
    expect(kidOf(renewed.token)).not.toBe(kidOf(token));
    expect(await kidsOf(after)).toEqual([kidOf(renewed.token)]);
  });
});

describe("a rotation of AUTH_SECRET", () => {
  const NEW_SECRET = "the root secret that takes its place, 32 bytes";

  /** The old service, the one with both secrets, and the one that has only the new. */
  function startThree() {
    const clock = createTestClock();
    const secrets = { AUTH_SECRET: NEW_SECRET, AUTH_SECRET_PREVIOUS: Reflect.get(env, "AUTH_SECRET") };
    return {
      before: startService({ clock }),
      during: startWithProvider(clock, secrets),
      after: startService({ clock, env: { AUTH_SECRET: NEW_SECRET } }),
    };
  }

  it("keeps tokens, passwords and waiting mail good while the previous secret is given", async () => {
    const { before, during } = startThree();
    const person = await signedInMember(before);
    const failing = startWithProvider(before.clock);
    await failing.provider.answer(status(500));
    const waiting = await register(failing.service);
    const { service, provider } = during;
    expect((await service.get("/me", person.token)).status).toBe(200);
    const refreshed = await service.post("/refresh", { refreshToken: person.refreshToken });
    expect(refreshed.status).toBe(200);
    expect((await service.get("/me", refreshed.body.data.token)).status).toBe(200);
    expect((await service.post("/login", { email: person.email, password: PASSWORD })).status).toBe(200);
    const wrong = await service.post("/login", { email: person.email, password: `${PASSWORD}!` });
    expect(wrong.status).toBe(401);
    service.clock.advance(HOUR);
    await service.runCron(EVERY_MINUTE);
    const sent = attemptsOf(await provider.requests()).filter(({ to }) => to === waiting.email);
    expect(sent).toHaveLength(1);
  });

  it("leaves nothing of the previous secret behind after one hourly run", async () => {
    const { before, during, after } = startThree();
    const person = await signedInMember(before);
    const [sealedBefore] = await storedKeys();
    await during.service.runCron(EVERY_HOUR);
    const [sealedAfter, ...others] = await storedKeys();
    expect([sealedAfter?.kid, others]).toEqual([sealedBefore?.kid, []]);
    expect(sealedAfter?.sealed_by).not.toBe(sealedBefore?.sealed_by);
    // Whoever signed in meanwhile has a new hash, and a refresh token of the new root.
    const renewed = await logIn(during.service, person.email);
    expect((await after.get("/me", person.token)).status).toBe(200);
    expect((await after.post("/refresh", { refreshToken: renewed.refreshToken })).status).toBe(200);
    const { token } = await logIn(after, person.email);
    expect(kidOf(token)).toBe(kidOf(person.token));
    expect(await storedKeys()).toHaveLength(1);
    await verify(token, await keySetOf(after), after.clock.now());
  });

  it("may meet two runs at once, and an isolate that still has the old key set in mind", async () => {
    const { before, during } = startThree();
    const person = await signedInMember(before);
    await Promise.all([during.service.runCron(EVERY_HOUR), during.service.runCron(EVERY_HOUR)]);
    for (const service of [before, during.service]) {
      expect(kidOf((await logIn(service, person.email)).token)).toBe(kidOf(person.token));
    }
    expect(await storedKeys()).toHaveLength(1);
  });
});
