import { createExecutionContext, waitOnExecutionContext } from "cloudflare:test";
import { env as testEnv } from "cloudflare:workers";
import { createApp } from "../../src/app.ts";
import type { Env } from "../../src/composition/compose.ts";
import type { RequestLogLine } from "../../src/http/request-log.ts";
import { runScheduled } from "../../src/jobs/run-scheduled.ts";
import { watchContract } from "./contract/watch.ts";

export type TestClock = { now(): number; advance(ms: number): void };

/** A clock that stands still until it is told to move. */
export function createTestClock(start = Date.now()): TestClock {
  let now = start;
  return {
    now: () => now,
    advance: (ms) => {
      now += ms;
    },
  };
}

/** What an answer of the API holds, loosely: each test says what it expects. */
export type Envelope = {
  readonly success: boolean;
  readonly message?: string;
  // biome-ignore lint/suspicious/noExplicitAny: a test reads what it asked for
  readonly data?: any;
  readonly error?: {
    readonly code: string;
    readonly requestId: string;
    readonly fields?: { path: string; message: string }[];
  };
};

export type Answer = {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly body: Envelope;
};

type Options = {
  /** Variables and bindings that take the place of the test Worker's own. */
  readonly env?: Record<string, unknown>;
  readonly clock?: TestClock;
  /** Milliseconds that a step at a sign-in provider may take. */
  readonly providerTimeoutMs?: number;
  /** Called when an answer is ready, before the work that was left for after it. */
  readonly onAnswer?: () => void;
};

export type Service = ReturnType<typeof startService>;

/**
 * The whole service on the real D1 and KV of workerd, driven over HTTP. Every call has an execution
 * context of its own, and by default waits for the work that it left for after the response.
 */
export function startService(options: Options = {}) {
  const clock = options.clock ?? createTestClock();
  const env = { ...testEnv, ...options.env } as unknown as Env;
  const log: RequestLogLine[] = [];
  const app = createApp({
    clock,
    deferredWorkDelayMs: 0,
    providerTimeoutMs: options.providerTimeoutMs,
    log: (line) => {
      log.push(line);
      options.onAnswer?.();
    },
  });
  watchContract(app);

  const send = async (request: Request): Promise<Answer> => {
    const context = createExecutionContext();
    const response = await app.fetch(request, env, context);
    const text = await response.text();
    await waitOnExecutionContext(context);
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
    clock,
    /** Every request's log line so far. */
    log,
    send,
    call,
    get: (path: string, token?: string) => call("GET", `/api/auth${path}`, undefined, token),
    post: (path: string, body?: unknown, token?: string) => call("POST", `/api/auth${path}`, body, token),
    runCron: (cron: string) => runScheduled(cron, env, clock),
  };
}
