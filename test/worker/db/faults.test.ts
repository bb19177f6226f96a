import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { RateLimitBinding } from "../../../src/rate-limit/burst-guard.ts";
import { expectErrorResponse, inParallel, statusCounts } from "../../support/assertions.ts";
import { createFaultyD1, D1_FAULTS, type D1Fault } from "../../support/d1.ts";
import { diffDumps, dumpDatabase, emptyTables, type IgnoredColumns } from "../../support/database-rows.ts";
import { createStaleKv, createUnreachableKv } from "../../support/kv.ts";
import { type Mutation, mutations, perform } from "../../support/mutations.ts";
import {
  advanceMinutes,
  EVERY_MINUTE,
  idempotencyKeyOf,
  startWithProvider,
  status,
} from "../../support/outbox.ts";
import { createTestClock, type Service, startService } from "../../support/service.ts";
import { newAddress, PASSWORD, registerAndLogIn, registerVerifiedUser } from "../../support/users.ts";

const clock = createTestClock();
/** Prepares the data of a request, without faults. A cold isolate for each test: one of them deletes the signing keys. */
let setupService = startService({ clock });
let clients = 0;
const LIMITED = { RATE_LIMITS: "", BURST: undefined };

beforeEach(async () => {
  // Deferred work that fails logs an error.
  vi.spyOn(console, "error").mockImplementation(() => {});
  vi.spyOn(console, "log").mockImplementation(() => {});
  setupService = startService({ clock });
  // The calls are counted with a signing key, whichever test runs first.
  await registerAndLogIn(setupService);
  await emptyTables(env.DB);
});
afterEach(() => vi.restoreAllMocks());

/** A code's attempt is counted in a batch of its own before it is verified, and stays counted if that fails. */
const COUNTED_FIRST: Readonly<Record<string, IgnoredColumns>> = {
  "POST /login/otp": { one_time_codes: ["tries", "attempt"] },
  "POST /me/reauthenticate/otp": { one_time_codes: ["tries", "attempt"] },
  "POST /login/email-code/verify": { email_sign_in_codes: ["tries", "attempt"] },
};

/** Without an account there is no row of the outbox: the queued request stays until the code is mailed. */
async function expectEachCodeMailed(mails: number) {
  const dump = await dumpDatabase(env.DB);
  expect(dump.get("queued_requests") ?? []).toEqual([]);
  expect(dump.get("outbox") ?? []).toEqual([]);
  const codes = dump.get("email_sign_in_codes") ?? [];
  expect(codes.map((row) => row.code_hash !== "")).toEqual(Array(mails).fill(true));
}

/** One request, for cold isolates with at most one fault each. D1 goes down after each response. */
async function prepare(change: Mutation) {
  const d1 = createFaultyD1(env.DB);
  const variables = (await change.variables?.()) ?? {};
  const start = () => startService({ clock, env: { ...variables, DB: d1.db }, onAnswer: d1.failAllCalls });
  const request = await change.request(setupService);
  let before = await dumpDatabase(env.DB);
  return async (plan: { call: number; fault: D1Fault } | null) => {
    const service = start();
    d1.plan(plan);
    const answer = await perform(service, change, request);
    const { calls, triggered } = d1;
    const after = await dumpDatabase(env.DB);
    const difference = diffDumps(before, after, COUNTED_FIRST[change.route]);
    before = after;
    return { answer, calls, triggered, difference };
  };
}

/** The sequences of faults for one request. Only the last fault of a sequence may leave the change in place. */
const faultSequences = ({ differsOnRetry }: Mutation): readonly (readonly D1Fault[])[] =>
  differsOnRetry
    ? D1_FAULTS.map((fault) => [fault])
    : [D1_FAULTS.filter((fault) => fault !== "answer_lost"), ["answer_lost"]];

const nameOf = ({ route, variant }: Mutation) => (variant ? `${route}, ${variant}` : route);

describe("D1 faults", () => {
  it("injects D1 faults into every route that changes data", () => {
    const routes = setupService.app.routes
      .filter(({ method, path }) => !/ALL|GET/.test(method) && path.startsWith("/api/auth/"))
      .map(({ method, path }) => `${method} ${path.replace("/api/auth", "")}`)
      // It takes the form of a provider's page: social/form-post has its faults.
      .filter((route) => route !== "POST /social/:provider/callback");
    expect([...new Set(routes)].sort()).toEqual([...new Set(mutations.map(({ route }) => route))].sort());
  });

  it.each(mutations.map((change) => [nameOf(change), change] as const))(
    "applies a change completely or not at all under a D1 fault: %s",
    async (_name, change) => {
      const healthy = await (await prepare(change))(null);
      expect(healthy.answer.status).toBe(change.status);
      expect(healthy.calls).toBeGreaterThan(0);
      for (let call = 1; call <= healthy.calls; call += 1) {
        for (const sequence of faultSequences(change)) {
          const attempt = await prepare(change);
          let isLost = false;
          for (const fault of sequence) {
            const where = `${fault}, call ${call} of ${healthy.calls}`;
            const { answer, triggered, difference } = await attempt({ call, fault });
            expect(triggered, where).toBe(true);
            // The response has no session, token or cookie.
            expectErrorResponse(answer, 503, "unavailable");
            expect(answer.headers.get("Retry-After"), where).toMatch(/^[1-9]\d*$/);
            const isDone = Object.keys(difference).length > 0;
            expect(difference, where).toEqual(isDone ? healthy.difference : {});
            // Only a lost response may leave the change in place.
            isLost = isDone && fault === "answer_lost";
          }
          const repeated = await attempt(null);
          const where = `after ${sequence}, call ${call} of ${healthy.calls}`;
          expect(repeated.answer.status, where).toBe(
            isLost ? (change.repeatedStatus ?? change.status) : change.status,
          );
          if (!isLost) expect(repeated.difference, where).toEqual(healthy.difference);
        }
      }
      // No message is lost: the next cron runs send the queued ones.
      await advanceMinutes(setupService, 2);
      const dump = await dumpDatabase(env.DB);
      const outbox = dump.get("outbox") ?? [];
      if (change.mailsWithoutAccount) return expectEachCodeMailed(dump.get("mailbox_messages")?.length ?? 0);
      expect(outbox.filter(({ state }) => state !== "sent")).toEqual([]);
      const kept = (dump.get("mailbox_messages") ?? []).map(({ id }) => id).sort();
      expect(outbox.map(({ id }) => id).sort()).toEqual(kept);
    },
  );

  it.each(D1_FAULTS)(
    "delays a queued request or its message under a D1 fault (%s), and neither loses nor duplicates it",
    async (fault) => {
      const d1 = createFaultyD1(env.DB);
      const service = startService({ clock, env: { DB: d1.db } });
      const deliver = () => service.runCron(EVERY_MINUTE).catch(() => {});
      const queueOne = async () => {
        d1.plan(null);
        const interrupted = startService({ clock, env: { DB: d1.db }, onAnswer: d1.failAllCalls });
        await interrupted.post("/register", { email: newAddress(), password: PASSWORD, name: "Ada" });
      };
      await queueOne();
      d1.plan(null);
      await deliver();
      const { calls } = d1;
      // The seven jobs read their rows; the request is performed; its three possible messages are taken; one is sent and recorded.
      expect(calls).toBe(13);
      for (let call = 1; call <= calls; call += 1) {
        await queueOne();
        d1.plan({ call, fault });
        await deliver();
        expect(d1.triggered).toBe(true);
        d1.plan(null);
        clock.advance(2 * 60_000);
        await deliver();
      }
      const dump = await dumpDatabase(env.DB);
      expect(dump.get("outbox")?.map(({ state }) => state)).toEqual(Array(calls + 1).fill("sent"));
      expect(dump.get("mailbox_messages")).toHaveLength(calls + 1);
    },
  );
});

type KvFault = { readonly name: string; readonly isDead: boolean; readonly make: () => KVNamespace };

describe.each<KvFault>([
  { name: "a KV that throws", isDead: true, make: createUnreachableKv },
  {
    name: "a KV that is a minute old and accepts one write per second",
    isDead: false,
    make: () => createStaleKv(clock).kv,
  },
])("$name", ({ name, isDead, make }) => {
  /** Sends requests from an unused client address. */
  const startFor = (
    more: object,
  ): { service: Service; guess: (email: string, password?: string) => Promise<ServiceAnswer> } => {
    const service = startService({ clock, env: { ...LIMITED, KV: make(), ...more } });
    const headers = { "CF-Connecting-IP": `2001:db8:fa:${(++clients).toString(16)}::1` };
    const guess = (email: string, password = "a wrong password") =>
      service.call("POST", "/api/auth/login", { email, password }, undefined, headers);
    return { service, guess };
  };

  it.each(mutations.map((change) => [nameOf(change), change] as const))(
    `fails no request with ${name}: %s`,
    async (_name, change) => {
      const { service } = startFor((await change.variables?.()) ?? {});
      const answer = await perform(service, change, await change.request(setupService));
      expect(answer.status).toBe(change.status);
      const { kv = 0, kvFailed = 0 } = service.log.at(-1) ?? {};
      expect(kvFailed).toBe(isDead ? kv : 0);
    },
  );

  it(`keeps the lockout exact with ${name}`, async () => {
    const { guess } = startFor({ RATE_LIMITS: JSON.stringify({ login: { limit: 1000 } }) });
    for (const email of [(await registerVerifiedUser(setupService)).email, newAddress()]) {
      const counts = statusCounts(await inParallel(200, () => guess(email)));
      expect(counts).toEqual({ 401: 10, 429: 190 });
      const right = await guess(email, PASSWORD);
      expectErrorResponse(right, 429, "too_many_attempts");
    }
  });

  it(`limits bursts with ${name}`, async () => {
    const { BURST } = env as { BURST?: RateLimitBinding };
    const { guess } = startFor({ BURST });
    const counts = statusCounts(await inParallel(200, () => guess("no address")));
    // 50 per ten seconds of the wall clock, and 200 requests may span two periods.
    expect(counts[400]).toBeLessThanOrEqual(100);
    expect((counts[400] ?? 0) + (counts[429] ?? 0)).toBe(200);
  });
});

type ServiceAnswer = Awaited<ReturnType<Service["call"]>>;

describe("a message provider that is down", () => {
  it.each(mutations.map((change) => [nameOf(change), change] as const))(
    "fails no request and loses no message while the message provider is down: %s",
    async (_name, change) => {
      const { provider, service } = startWithProvider(
        clock,
        (await change.variables?.()) as Record<string, string>,
      );
      await provider.answer(status(503));
      const request = await change.request(setupService);
      const before = (await dumpDatabase(env.DB)).get("outbox")?.map(({ id }) => id) ?? [];
      expect((await perform(service, change, request)).status).toBe(change.status);
      const queued = ((await dumpDatabase(env.DB)).get("outbox") ?? []).filter(
        ({ id }) => !before.includes(id),
      );
      for (const { state, sealed } of queued) expect([state, sealed !== ""]).toEqual(["queued", true]);
      await provider.answer(status(200));
      await advanceMinutes(service, 3);
      const after = ((await dumpDatabase(env.DB)).get("outbox") ?? []).filter(
        ({ id }) => !before.includes(id),
      );
      expect(after.map(({ state }) => state)).toEqual(queued.map(() => "sent"));
      const sent = (await provider.requests()).map(idempotencyKeyOf);
      if (change.mailsWithoutAccount === "request") {
        // The attempt that failed, and the one of the cron job.
        expect(new Set(sent).size).toBe(2);
        return expectEachCodeMailed(1);
      }
      expect([...new Set(sent)].sort()).toEqual(queued.map(({ id }) => id).sort());
    },
  );
});
