import { waitOnExecutionContext } from "cloudflare:test";
import { env as testEnv } from "cloudflare:workers";
import { createApp } from "../../src/app.ts";
import type { SecondFactor } from "../../src/authentication/second-factor/second-factor.ts";
import type { Env } from "../../src/composition/bindings.ts";
import { type Composition, createComposition } from "../../src/composition/composition.ts";
import type { RequestLogLine } from "../../src/http/request-log.ts";
import { runScheduled } from "../../src/jobs/run-scheduled.ts";
import { enforceContract } from "./openapi-contract.ts";
import { createTrackedContext, track } from "./running-work.ts";

/** PBKDF2 iterations of one block in the password hashes of the tests. Production has 100,000. */
export const TEST_HASH_ITERATIONS = 1000;

export type TestClock = { now(): number; advance(ms: number): void };

/** A clock that only moves on `advance`. */
export function createTestClock(start = Date.now()): TestClock {
  let now = start;
  return {
    now: () => now,
    advance: (ms) => {
      now += ms;
    },
  };
}

/** The body of an API response. `data` is untyped, because each test states its own expectation. */
export type Envelope = {
  readonly success: boolean;
  readonly message?: string;
  // biome-ignore lint/suspicious/noExplicitAny: each test knows the type of its response
  readonly data?: any;
  readonly error?: {
    readonly code: string;
    readonly requestId: string;
    readonly fields?: { path: string; message: string }[];
  };
};

export type ApiResponse = {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly body: Envelope;
};

type Options = {
  /** Variables and bindings that replace those of the test Worker. */
  readonly env?: Record<string, unknown>;
  readonly clock?: TestClock;
  /** Another service, whose environment and composition this one uses: two clocks in one isolate. */
  readonly isolate?: { readonly env: Env; readonly composition: Composition };
  /** How a use case pauses. Default: not at all, since the clock does not move meanwhile. */
  readonly wait?: (ms: number) => Promise<unknown>;
  /** PBKDF2 iterations of one block of a password hash. Default: few, since the cost is seldom the subject. */
  readonly hashIterations?: number;
  /** The timeout of a request to a social provider, in milliseconds. */
  readonly providerTimeoutMs?: number;
  /** The timeout of a request for a client's metadata document, in milliseconds. */
  readonly documentTimeoutMs?: number;
  /** The methods of the second factor. Default: those of the service. */
  readonly secondFactors?: readonly SecondFactor[];
  /** Milliseconds between a response and its deferred work. Default: 0. */
  readonly deferredWorkDelayMs?: number;
  /** Called when a response is ready, before its deferred work runs. */
  readonly onAnswer?: () => void;
};

export type Service = ReturnType<typeof startService>;

/**
 * The whole service on the D1 and KV of workerd, called over HTTP. Every call has its own execution
 * context and waits for its deferred work.
 */
export function startService(options: Options = {}) {
  const clock = options.clock ?? createTestClock();
  // The test clock does not move while a use case waits.
  const { providerTimeoutMs, documentTimeoutMs, secondFactors, wait = async () => undefined } = options;
  const hashIterations = options.hashIterations ?? TEST_HASH_ITERATIONS;
  const { env, composition } = options.isolate ?? {
    env: { ...testEnv, ...options.env } as unknown as Env,
    composition: createComposition({
      wait,
      hashIterations,
      providerTimeoutMs,
      documentTimeoutMs,
      secondFactors,
    }),
  };
  const log: RequestLogLine[] = [];
  const app = createApp({
    clock,
    composition,
    deferredWorkDelayMs: options.deferredWorkDelayMs ?? 0,
    log: (line) => {
      log.push(line);
      options.onAnswer?.();
    },
  });
  // The committed document has the responses of the service's own factors.
  if (!secondFactors) enforceContract(app);

  /** Returns the response, and `ended`, which waits for the deferred work. */
  const fetchRaw = async (request: Request) => {
    const name = `${request.method} ${new URL(request.url).pathname}`;
    const context = createTrackedContext(name);
    const response = await track(Promise.resolve(app.fetch(request, env, context)), name);
    return { response, ended: () => waitOnExecutionContext(context) };
  };

  const send = async (request: Request): Promise<ApiResponse> => {
    const { response, ended } = await fetchRaw(request);
    const text = await response.text();
    await ended();
    const isJson = response.headers.get("Content-Type")?.startsWith("application/json") ?? false;
    return {
      status: response.status,
      headers: response.headers,
      text,
      body: isJson && text !== "" ? JSON.parse(text) : {},
    };
  };

  const call = (method: string, path: string, body?: unknown, token?: string, headers: HeadersInit = {}) => {
    const all = new Headers(headers);
    if (body !== undefined && !all.has("Content-Type")) all.set("Content-Type", "application/json");
    if (token !== undefined) all.set("Authorization", `Bearer ${token}`);
    const isRaw = body === undefined || typeof body === "string" || body instanceof Uint8Array;
    const raw = isRaw ? (body as BodyInit | undefined) : JSON.stringify(body);
    return send(new Request(`http://gatehouse.test${path}`, { method, headers: all, body: raw }));
  };

  return {
    app,
    env,
    composition,
    clock,
    /** The log lines of all requests so far. */
    log,
    fetchRaw,
    send,
    call,
    get: (path: string, token?: string) => call("GET", `/api/auth${path}`, undefined, token),
    post: (path: string, body?: unknown, token?: string) => call("POST", `/api/auth${path}`, body, token),
    runCron: (cron: string) => track(runScheduled(cron, env, { composition, clock }), `the cron run ${cron}`),
  };
}
