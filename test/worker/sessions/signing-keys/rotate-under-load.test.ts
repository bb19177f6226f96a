import { env } from "cloudflare:workers";
import { createLocalJWKSet, decodeJwt, decodeProtectedHeader, type JSONWebKeySet, jwtVerify } from "jose";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { createVerifier } from "../../../../src/client/create-verifier.ts";
import { DAY, HOUR, MINUTE, SECOND } from "../../../../src/core/clock.ts";
import { EVERY_HOUR } from "../../../support/outbox.ts";
import { callingWorker } from "../../../support/rpc.ts";
import { createTestClock, type Service, startService, type TestClock } from "../../../support/service.ts";
import { logIn, member } from "../../../support/users.ts";

// Every run of the cron writes a line.
vi.spyOn(console, "log").mockImplementation(() => undefined);

const TOKEN_LIFE = 900 * SECOND;
const ISSUER = "https://gatehouse.test";
const VARIABLES = { PUBLIC_URL: ISSUER, REFRESH_IDLE_TTL: "31536000", REFRESH_MAX_TTL: "31536000" };

/** Another Worker's verifier: it believes a key set for as long as its Cache-Control says, and asks no sooner. */
function startVerifier(clock: TestClock, phase: number) {
  let keySet: JSONWebKeySet = { keys: [] };
  let believedUntil = 0;
  let head = phase;
  return {
    async refetch(from: Service): Promise<void> {
      if (clock.now() < believedUntil) return;
      const answer = await from.call("GET", "/.well-known/jwks.json");
      const [, maxAge] = /max-age=(\d+)/.exec(answer.headers.get("Cache-Control") ?? "") ?? [];
      keySet = JSON.parse(answer.text);
      believedUntil = clock.now() + Number(maxAge) * SECOND - head;
      // After the first time each goes by itself, so that they do not all ask at the same moment.
      head = 0;
    },
    verify: (token: string): Promise<boolean> =>
      jwtVerify(token, createLocalJWKSet(keySet), {
        ...{ issuer: ISSUER, audience: "gatehouse", typ: "at+jwt", algorithms: ["ES256"] },
        currentDate: new Date(clock.now()),
      }).then(
        () => true,
        () => false,
      ),
  };
}

const kidOf = (token: string): string => decodeProtectedHeader(token).kid ?? "";
const expiryOf = (token: string): number => Number(decodeJwt(token).exp) * SECOND;

const storedKeys = async (): Promise<{ kid: string; signs_from: number; signs_until: number }[]> =>
  (await env.DB.prepare("SELECT * FROM signing_keys ORDER BY signs_from").all<never>()).results;

/** The client's verifier keeps its key set as it likes, by the clock of its Worker, and fetches it over the network. */
function startClient(clock: TestClock, ask: () => Service) {
  vi.useFakeTimers({ toFake: ["Date"], now: clock.now() });
  vi.stubGlobal("fetch", async (input: string | URL) => {
    const { status, headers, text } = await ask().call("GET", new URL(input).pathname);
    return new Response(text, { status, headers });
  });
  onTestFinished(() => {
    vi.useRealTimers();
    vi.unstubAllGlobals();
  });
  return createVerifier({ issuer: ISSUER, audience: "gatehouse" });
}

/** Isolates of one service, each with its own caches, and other Workers that hear of the keys from any of them. */
async function startLoad() {
  const clock = createTestClock();
  const isolates = Array.from({ length: 3 }, () => startService({ clock, env: VARIABLES }));
  const verifiers = Array.from({ length: 3 }, (_, index) => startVerifier(clock, index * 3 * MINUTE));
  const callers = new Map(isolates.map((each) => [each, callingWorker(each)]));
  let step = 0;
  const client = startClient(clock, () => at(step));
  const [first] = isolates as [Service];
  const { email } = await member(first);
  let { refreshToken } = await logIn(first, email);
  let live: string[] = [];
  const seen = { issued: 0, verified: 0, expired: 0, signers: new Set<string>() };
  const at = (index: number): Service => isolates[index % isolates.length] as Service;

  /** Everything at once: a login, a refresh, and every token that is known at every isolate, by HTTP and by RPC, and at every verifier. */
  async function work(): Promise<void> {
    step += 1;
    vi.setSystemTime(clock.now());
    const refreshed = at(step).post("/refresh", { refreshToken });
    const loggedIn = logIn(at(step + 1), email);
    // One isolate is asked only now and then, so that its caches are as old as they get.
    const awake = isolates.filter((_, index) => index !== 2 || step % 5 === 0);
    await Promise.all(verifiers.map((each, index) => each.refetch(at(step + index))));
    const answer = await refreshed;
    expect(answer.status).toBe(200);
    refreshToken = answer.body.data.refreshToken;
    const fresh = [answer.body.data.token, (await loggedIn).token];
    for (const token of fresh) seen.signers.add(kidOf(token));
    seen.issued += fresh.length;
    live = [...live, ...fresh];
    await Promise.all(live.map((token) => present(token, awake)));
    live = live.filter((token) => expiryOf(token) > clock.now() - DAY).slice(-6);
  }

  async function present(token: string, awake: readonly Service[]): Promise<void> {
    const isGood = expiryOf(token) > clock.now();
    const here = await Promise.all(awake.map(async (each) => (await each.get("/me", token)).status === 200));
    const elsewhere = await Promise.all(verifiers.map((each) => each.verify(token)));
    const called = await Promise.all(awake.map((each) => callers.get(each)?.call("verifyToken", token)));
    const byClient = await client.verify(token);
    const answers = [...here, ...elsewhere, ...[...called, byClient].map((answer) => answer?.ok)];
    const when = `${new Date(clock.now()).toISOString()}, key ${kidOf(token)}`;
    expect([when, ...answers]).toEqual([when, ...answers.map(() => isGood)]);
    seen[isGood ? "verified" : "expired"] += answers.length;
  }

  return { clock, isolates, seen, work, at };
}

/** How far the clock goes on: in small steps wherever a key is published, begins to sign, or retires. */
function stepAt(now: number, keys: readonly { signs_from: number; signs_until: number }[]): number {
  const turns = keys.flatMap(({ signs_from: from, signs_until: until }) => [
    ...[from, from + TOKEN_LIFE + HOUR],
    // Its successor is published.
    until - DAY,
  ]);
  const next = Math.min(...turns.map((turn) => turn - 8 * MINUTE - now).filter((until) => until > 0));
  const isNear = turns.some((turn) => now >= turn - 8 * MINUTE && now <= turn + 28 * MINUTE);
  if (isNear) return 4 * MINUTE;
  return Math.min(2 * DAY, next);
}

describe("two rotations of the signing keys, while tokens are issued and verified", () => {
  it("refuse none that should pass, at any isolate or by anybody's copy of the key set", {
    timeout: 240_000,
  }, async () => {
    const { clock, at, work, seen } = await startLoad();
    const begun = clock.now();
    const retired = new Set<string>();
    const known = new Set<string>();
    let lastRun = 0;
    for (let step = 0; clock.now() < begun + 62 * DAY; step++) {
      // Amid everything else; oftener than hourly, so that it comes soon after each moment that it is for.
      const isDue = clock.now() - lastRun >= 12 * MINUTE;
      if (isDue) lastRun = clock.now();
      await Promise.all([work(), isDue ? at(step).runCron(EVERY_HOUR) : undefined]);
      const keys = await storedKeys();
      for (const kid of known) if (!keys.some((key) => key.kid === kid)) retired.add(kid);
      for (const { kid } of keys) known.add(kid);
      clock.advance(stepAt(clock.now(), keys));
    }
    // Three keys signed, and the first two are gone.
    expect([seen.signers.size, retired.size, (await storedKeys()).length]).toEqual([3, 2, 1]);
    expect(seen.issued).toBeGreaterThan(100);
    expect(seen.verified).toBeGreaterThan(1000);
    expect(seen.expired).toBeGreaterThan(500);
  });
});
