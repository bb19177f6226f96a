import { env } from "cloudflare:workers";
import { createLocalJWKSet, decodeJwt, decodeProtectedHeader, type JSONWebKeySet, jwtVerify } from "jose";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { createVerifier } from "../../../../src/client/create-verifier.ts";
import { DAY, HOUR, MINUTE, SECOND } from "../../../../src/core/clock.ts";
import { EVERY_HOUR } from "../../../support/outbox.ts";
import { createRpcCaller } from "../../../support/rpc.ts";
import { createTestClock, type Service, startService, type TestClock } from "../../../support/service.ts";
import { logIn, registerVerifiedUser } from "../../../support/users.ts";

// Each cron run writes a log line.
vi.spyOn(console, "log").mockImplementation(() => undefined);

/** A retired key is published for the longest life that a token may have, and a margin. */
const PUBLISHED_AFTER = DAY + HOUR;
const ISSUER = "https://gatehouse.test";
const VARIABLES = { PUBLIC_URL: ISSUER, REFRESH_IDLE_TTL: "31536000", REFRESH_MAX_TTL: "31536000" };

/** Another Worker's verifier, which caches the key set for as long as its Cache-Control says. */
function startVerifier(clock: TestClock, phaseMs: number) {
  let keySet: JSONWebKeySet = { keys: [] };
  let cachedUntil = 0;
  let offset = phaseMs;
  return {
    async refetch(from: Service): Promise<void> {
      if (clock.now() < cachedUntil) return;
      const answer = await from.call("GET", "/.well-known/jwks.json");
      const [, maxAge] = /max-age=(\d+)/.exec(answer.headers.get("Cache-Control") ?? "") ?? [];
      keySet = JSON.parse(answer.text);
      cachedUntil = clock.now() + Number(maxAge) * SECOND - offset;
      // The first cache period is shorter by a different offset, so that the verifiers do not refetch together.
      offset = 0;
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
  (await env.DB.prepare("SELECT * FROM signing_keys WHERE alg = 'ES256' ORDER BY signs_from").all<never>())
    .results;

/** The client library's verifier, which caches the key set by the clock of its Worker and fetches it by HTTP. */
function startClient(clock: TestClock, currentService: () => Service) {
  vi.useFakeTimers({ toFake: ["Date"], now: clock.now() });
  vi.stubGlobal("fetch", async (input: string | URL) => {
    const { status, headers, text } = await currentService().call("GET", new URL(input).pathname);
    return new Response(text, { status, headers });
  });
  onTestFinished(() => {
    vi.useRealTimers();
    vi.unstubAllGlobals();
  });
  return createVerifier({ issuer: ISSUER, audience: "gatehouse" });
}

/** Isolates of one service, each with its own caches, and other Workers that fetch the keys from any of them. */
async function startLoad() {
  const clock = createTestClock();
  const isolates = Array.from({ length: 3 }, () => startService({ clock, env: VARIABLES }));
  const verifiers = Array.from({ length: 3 }, (_, index) => startVerifier(clock, index * 3 * MINUTE));
  const callers = new Map(isolates.map((each) => [each, createRpcCaller(each)]));
  let step = 0;
  const client = startClient(clock, () => at(step));
  const [first] = isolates as [Service];
  const { email } = await registerVerifiedUser(first);
  let { refreshToken } = await logIn(first, email);
  let live: string[] = [];
  const seen = { issued: 0, verified: 0, expired: 0, signers: new Set<string>() };
  const at = (index: number): Service => isolates[index % isolates.length] as Service;

  /** In parallel: a login, a refresh, and each live token at every isolate (HTTP and RPC) and every verifier. */
  async function work(): Promise<void> {
    step += 1;
    vi.setSystemTime(clock.now());
    const refreshed = at(step).post("/refresh", { refreshToken });
    const loggedIn = logIn(at(step + 1), email);
    // One isolate gets few requests, so that its caches become as old as possible.
    const busy = isolates.filter((_, index) => index !== 2 || step % 5 === 0);
    await Promise.all(verifiers.map((each, index) => each.refetch(at(step + index))));
    const answer = await refreshed;
    expect(answer.status).toBe(200);
    refreshToken = answer.body.data.refreshToken;
    const newTokens = [answer.body.data.token, (await loggedIn).token];
    for (const token of newTokens) seen.signers.add(kidOf(token));
    seen.issued += newTokens.length;
    live = [...live, ...newTokens];
    await Promise.all(live.map((token) => present(token, busy)));
    live = live.filter((token) => expiryOf(token) > clock.now() - DAY).slice(-6);
  }

  async function present(token: string, busy: readonly Service[]): Promise<void> {
    const isValid = expiryOf(token) > clock.now();
    const byHttp = await Promise.all(busy.map(async (each) => (await each.get("/me", token)).status === 200));
    const byVerifiers = await Promise.all(verifiers.map((each) => each.verify(token)));
    const callRpcMethods = await Promise.all(
      busy.map((each) => callers.get(each)?.call("verifyToken", token)),
    );
    const byClient = await client.verify(token);
    const answers = [...byHttp, ...byVerifiers, ...[...callRpcMethods, byClient].map((answer) => answer?.ok)];
    const when = `${new Date(clock.now()).toISOString()}, key ${kidOf(token)}`;
    expect([when, ...answers]).toEqual([when, ...answers.map(() => isValid)]);
    seen[isValid ? "verified" : "expired"] += answers.length;
  }

  return { clock, isolates, seen, work, at };
}

/** The next step of the clock: small whenever a key is published, begins to sign, or retires. */
function stepAt(now: number, keys: readonly { signs_from: number; signs_until: number }[]): number {
  const changes = keys.flatMap(({ signs_from: from, signs_until: until }) => [
    ...[from, from + PUBLISHED_AFTER],
    // The successor is published.
    until - DAY,
  ]);
  const next = Math.min(...changes.map((change) => change - 8 * MINUTE - now).filter((until) => until > 0));
  const isNear = changes.some((change) => now >= change - 8 * MINUTE && now <= change + 28 * MINUTE);
  if (isNear) return 4 * MINUTE;
  return Math.min(2 * DAY, next);
}

describe("two rotations of the signing keys under load", () => {
  it("accepts each valid token and rejects each expired one at every isolate and verifier during rotations", {
    timeout: 240_000,
  }, async () => {
    const { clock, at, work, seen } = await startLoad();
    const begun = clock.now();
    const retired = new Set<string>();
    const published = new Set<string>();
    let lastRun = 0;
    for (let step = 0; clock.now() < begun + 62 * DAY; step++) {
      // Concurrently with the load, and more often than hourly, so that it runs soon after each change is due.
      const isDue = clock.now() - lastRun >= 12 * MINUTE;
      if (isDue) lastRun = clock.now();
      await Promise.all([work(), isDue ? at(step).runCron(EVERY_HOUR) : undefined]);
      const keys = await storedKeys();
      for (const kid of published) if (!keys.some((key) => key.kid === kid)) retired.add(kid);
      for (const { kid } of keys) published.add(kid);
      clock.advance(stepAt(clock.now(), keys));
    }
    // Three keys have signed, and the first two are removed.
    expect([seen.signers.size, retired.size, (await storedKeys()).length]).toEqual([3, 2, 1]);
    expect(seen.issued).toBeGreaterThan(100);
    expect(seen.verified).toBeGreaterThan(1000);
    expect(seen.expired).toBeGreaterThan(500);
  });
});
