import { env } from "cloudflare:workers";
import { decodeJwt } from "jose";
import { afterEach, describe, expect, it, vi } from "vitest";
import { createComposition } from "../../../src/composition/composition.ts";
import { createUnreachableKv } from "../../support/kv.ts";
import { createRpcCaller } from "../../support/rpc.ts";
import { type Service, startService } from "../../support/service.ts";
import { registerAndLogIn } from "../../support/users.ts";
import {
  ALL_CALLS,
  instantOf,
  linesOf,
  type Observed,
  sendConcurrently,
  signInUsers,
  startTwoEnvironments,
  tenantsOf,
} from "./two-environments.ts";

afterEach(() => {
  vi.restoreAllMocks();
});

const rowOf = (table: string, column: string, value: unknown) =>
  env.DB.prepare(`SELECT * FROM ${table} WHERE ${column} = ?`).bind(value).first();

/** The only log line of a request, without its id, and without the kind of a provider's error: a timeout under load. */
function workOf(observed: Observed) {
  const [line, ...others] = linesOf(observed);
  expect([line, others]).toEqual([expect.anything(), []]);
  const providerErrors = line?.providerErrors?.map((error) => error.split(":")[0]);
  return { ...line, requestId: null, providerErrors };
}

describe("concurrent requests of two environments and two clocks in one isolate", () => {
  it("have one log line each: their own id, instant, account, round trips and provider errors", async () => {
    const isolate = await startTwoEnvironments();
    const tenants = tenantsOf(isolate);
    const send = await signInUsers(tenants);
    const cases = tenants.flatMap((tenant) => ALL_CALLS.map((name) => ({ tenant, name })));
    const expected: object[] = [];
    for (const { tenant, name } of cases) {
      const observed = await send(tenant, name);
      expected.push(workOf(observed));
      const isBlue = tenant.name === "blue";
      // Of the two KV calls of a limited route the response awaits the read, and not the write.
      const limited = isBlue ? 2 : 0;
      const work = {
        me: { status: 200, d1: 1, kv: 0 },
        login: { status: 200, d1: 2, kv: limited },
        register: { status: 201, d1: 2, kv: limited },
        signInPage: { status: 200, d1: 0, kv: 0 },
        openApi: { status: 200, d1: 0, kv: 0 },
        unknownRoute: { status: 404, d1: 0, kv: 0 },
      }[name];
      expect(expected.at(-1)).toMatchObject({ at: instantOf(tenant), ...work });
      const hasError = isBlue && name === "register";
      expect(workOf(observed).providerErrors).toEqual(hasError ? ["breached-passwords"] : undefined);
    }
    const rounds = [1, 2].flatMap(() => cases.map(({ tenant, name }) => send(tenant, name)));
    const concurrent = await Promise.all(rounds);
    for (const [at, observed] of concurrent.entries()) {
      expect(workOf(observed)).toEqual(expected[at % cases.length]);
      if (observed.name === "unknownRoute") {
        const requestId = observed.answer.headers.get("X-Request-Id");
        expect(observed.answer.body.error?.requestId).toBe(requestId);
      }
    }
    const ids = concurrent.map(({ answer }) => answer.headers.get("X-Request-Id"));
    expect(new Set(ids).size).toBe(concurrent.length);
  });

  it("use the configuration of their environment and their own clock", async () => {
    const sent = await sendConcurrently(await startTwoEnvironments(), ["login", "signInPage"], 2);
    for (const { name, tenant, client, answer } of sent) {
      if (name === "login") {
        const iat = Math.floor(tenant.service.clock.now() / 1000);
        const expected = {
          iss: `http://${tenant.name}.test`,
          aud: `http://${tenant.name}.test/api/auth`,
          iat,
        };
        expect(decodeJwt(answer.body.data.token)).toMatchObject(expected);
      } else {
        expect(answer.text).toContain(`The ${tenant.name} app`);
        expect(answer.text).toContain(`<html lang="${client.language}"`);
      }
    }
  });

  it("record their own caller, and run deferred work in their own environment by their own clock", async () => {
    const isolate = await startTwoEnvironments();
    for (const { name, tenant, client, answer } of await sendConcurrently(
      isolate,
      ["login", "register", "me"],
      2,
    )) {
      const now = tenant.service.clock.now();
      if (name === "login") {
        const session = await rowOf("sessions", "id", decodeJwt(answer.body.data.token).sid);
        expect(session).toMatchObject({ ip: client.ip, user_agent: client.userAgent, created_at: now });
      }
      if (name === "register") {
        const mail = await rowOf("mailbox_messages", "recipient", client.email);
        expect(mail?.created_at).toBe(now);
        expect(mail?.subject).toContain(`The ${tenant.name} app`);
        expect(mail?.text).toContain(`http://${tenant.name}.test/`);
        expect(mail?.html).toContain(`lang="${client.language}"`);
      }
    }
    const registrations = Object.values(isolate.events).map(
      ({ points }) => points.filter(({ indexes: [event] }) => event === "account_registered").length,
    );
    // Two services in each environment, with two requests each.
    expect(registrations).toEqual([2 * 2, 2 * 2]);
  });
});

describe("two environments in one isolate", () => {
  it("accept no token of each other", async () => {
    const { blue, green } = await startTwoEnvironments();
    const blueUser = await registerAndLogIn(blue.service);
    const greenUser = await registerAndLogIn(green.service);
    const pairs = [
      [blue.service, greenUser],
      [green.service, blueUser],
      [blue.service, blueUser],
      [green.service, greenUser],
    ] as const;
    const answers = await Promise.all([
      ...pairs.map(([service, { token }]) => service.get("/me", token)),
      ...pairs.map(([service, { refreshToken }]) => service.post("/refresh", { refreshToken })),
    ]);
    expect(answers.map(({ status }) => status)).toEqual([401, 401, 200, 200, 401, 401, 200, 200]);
  });

  it("judge a token by the clock of each request", async () => {
    const { blue, lateBlue } = await startTwoEnvironments();
    const { token } = await registerAndLogIn(blue.service);
    const services = Array.from({ length: 10 }, () => [blue.service, lateBlue.service]).flat();
    const answers = await Promise.all(services.map((service) => service.get("/me", token)));
    const expected = services.map((service) => (service === blue.service ? 200 : 401));
    expect(answers.map(({ status }) => status)).toEqual(expected);
  });

  it("report the health of their own stores", async () => {
    const composition = createComposition();
    const healthy = startService({ isolate: { env: { ...env }, composition } });
    const broken = startService({ isolate: { env: { ...env, KV: createUnreachableKv() }, composition } });
    const check = (service: Service) => service.call("GET", "/healthz/deep");
    for (const _round of [1, 2]) {
      const answers = await Promise.all([healthy, broken, healthy, broken].map(check));
      expect(answers.map(({ status }) => status)).toEqual([200, 503, 200, 503]);
    }
  });
});

describe("RPC calls and a cron run beside HTTP requests in one isolate", () => {
  it("have their own clock, round trips and environment", async () => {
    const printed: string[] = [];
    vi.spyOn(console, "log").mockImplementation((line: string) => void printed.push(line));
    const { blue, green, lateBlue } = await startTwoEnvironments();
    const blueUser = await registerAndLogIn(blue.service);
    const greenUser = await registerAndLogIn(green.service);
    const [blueRpc, greenRpc, lateRpc] = [blue, green, lateBlue].map(({ service }) => {
      return createRpcCaller(service, { sharesIsolate: true });
    }) as [Rpc, Rpc, Rpc];
    const runCron = async () => {
      await green.service.runCron("17 * * * *");
      return { ...JSON.parse(printed.at(-1) ?? ""), runId: null };
    };
    const readAccount = async () => {
      const { body } = await blue.service.get("/me", blueUser.token);
      return { body, line: { ...blue.service.log.at(-1), requestId: null } };
    };
    const verifyAll = () => [
      blueRpc.call("verifyToken", blueUser.token),
      greenRpc.call("verifyToken", greenUser.token, { strict: true }),
      lateRpc.call("verifyToken", blueUser.token),
      greenRpc.call("verifyToken", blueUser.token),
    ];
    // Alone. The late call also caches the signing keys.
    const verified = await Promise.all(verifyAll());
    expect(verified).toMatchObject([
      { ok: true, session: { email: blueUser.email } },
      { ok: true, session: { email: greenUser.email } },
      { ok: false, reason: "token_expired" },
      { ok: false },
    ]);
    const cron = await runCron();
    expect(cron).toMatchObject({ at: instantOf(green), failed: [] });
    const account = await readAccount();

    const [calls, accounts, cronBeside] = await Promise.all([
      Promise.all([1, 2, 3].map(() => Promise.all(verifyAll()))),
      Promise.all([readAccount(), readAccount(), readAccount()]),
      runCron(),
    ]);

    expect(calls).toEqual([verified, verified, verified]);
    expect(accounts).toEqual([account, account, account]);
    expect(cronBeside).toEqual(cron);
    for (const line of blueRpc.log) expect(line).toMatchObject({ at: instantOf(blue), d1: 0, kv: 1 });
    for (const line of lateRpc.log.slice(1))
      expect(line).toMatchObject({ at: instantOf(lateBlue), d1: 0, kv: 0 });
    const strict = greenRpc.log.filter(({ ok }) => ok);
    expect(strict).toHaveLength(4);
    for (const line of strict) expect(line).toMatchObject({ at: instantOf(green), d1: 1, kv: 0 });
  });
});

type Rpc = ReturnType<typeof createRpcCaller>;
