import { env } from "cloudflare:workers";
import { Hono } from "hono";
import * as z from "zod/mini";
import { emailField } from "../../src/accounts/fields.ts";
import { toBase64url, utf8 } from "../../src/core/crypto/encoding.ts";
import type { HttpEnv } from "../../src/http/context.ts";
import { rateLimited } from "../../src/http/rate-limit.ts";
import { readCaller } from "../../src/http/read-caller.ts";
import { renderFailures } from "../../src/http/render-failure.ts";
import { answer, refuse, respond } from "../../src/http/respond.ts";
import { jsonBody } from "../../src/http/validate-request.ts";
import { createBurstGuard, type RateLimitBinding } from "../../src/rate-limit/burst-guard.ts";
import { type LimitRouteInput, limitRoute } from "../../src/rate-limit/limit-route.ts";
import { guardedRoutes, type RatePolicies } from "../../src/rate-limit/policies.ts";
import { readRateLimits } from "../../src/rate-limit/settings.ts";
import { rateLimitStore } from "../../src/rate-limit/store.ts";
import { type ApiResponse, createTestClock, type TestClock } from "./service.ts";

type Options = {
  readonly kv?: KVNamespace;
  /** Null omits the binding. The default never limits. */
  readonly burst?: RateLimitBinding | null;
  /** `RATE_LIMITS`. */
  readonly limits?: object | "off";
  readonly clock?: TestClock;
};

type RequestOptions = {
  readonly ip?: string | null;
  readonly headers?: Record<string, string>;
  readonly body?: unknown;
};

const done = answer(200, "Done");
const secret = crypto.getRandomValues(new Uint8Array(32));
const unlimitedBurst: RateLimitBinding = { limit: async () => ({ success: true }) };

async function keyedHash(text: string): Promise<string> {
  const hmac = { name: "HMAC", hash: "SHA-256" };
  const key = await crypto.subtle.importKey("raw", secret, hmac, false, ["sign"]);
  const mac = await crypto.subtle.sign("HMAC", key, utf8(text));
  return toBase64url(new Uint8Array(mac));
}

function policiesOf(limits: object | "off" | undefined): RatePolicies | "off" {
  const read = readRateLimits(typeof limits === "object" ? JSON.stringify(limits) : limits, "development");
  if ("problems" in read) throw new Error(JSON.stringify(read.problems));
  return read.policies;
}

/** Empty routes behind the rate limits of the service. `/refresh` throws after its limits accept a request. */
export function startRateLimitedApp(options: Options = {}) {
  const { kv = env.KV, burst = unlimitedBurst, clock = createTestClock() } = options;
  const meter = { d1: 0, kv: 0, kvFailed: 0, burstFailed: 0, providerErrors: [] };
  const started: Promise<unknown>[] = [];
  const limitRouteDeps = {
    clock,
    policies: policiesOf(options.limits),
    burstGuard: createBurstGuard(burst ?? undefined, meter),
    counters: rateLimitStore(kv, meter),
    hash: keyedHash,
    startWork: (work: () => Promise<unknown>) => started.push(work()),
  };
  const deps = { limitRoute: (input: LimitRouteInput) => limitRoute(limitRouteDeps, input) };
  const app = new Hono<HttpEnv>();
  app.use(async (c, next) => {
    c.set("requestId", crypto.randomUUID());
    c.set("caller", readCaller(c.req.raw.headers));
    await next();
  });
  app.use(
    renderFailures(() => {
      throw new Error("the API renders no page");
    }),
  );
  for (const { method, path, policy } of guardedRoutes()) {
    app.on(
      method,
      path,
      rateLimited(() => deps, policy),
    );
  }
  app.post("/api/auth/login", jsonBody(z.strictObject({ email: emailField })), (c) => respond(c, done));
  app.post("/api/auth/register", (c) => respond(c, done));
  app.post("/api/auth/me/password", (c) => respond(c, done));
  app.post("/api/auth/me/email", (c) => respond(c, done));
  app.post("/api/auth/refresh", () => {
    throw new Error("after the limits");
  });
  app.onError((_error, c) => refuse(c, "internal"));

  async function post(path: string, options: RequestOptions = {}): Promise<ApiResponse> {
    const { ip = "192.0.2.1", body = { email: "ada@example.com" } } = options;
    const headers = new Headers({ "Content-Type": "application/json", ...options.headers });
    if (ip !== null) headers.set("CF-Connecting-IP", ip);
    const url = `http://gatehouse.test/api/auth${path}`;
    const response = await app.request(url, { method: "POST", headers, body: JSON.stringify(body) });
    const text = await response.text();
    await Promise.all(started.splice(0));
    return { status: response.status, headers: response.headers, text, body: JSON.parse(text) };
  }

  return { post, clock, meter };
}

/** Sends that many requests one after another. Returns their statuses. */
export async function repeatRequest(
  count: number,
  send: (index: number) => Promise<ApiResponse>,
): Promise<number[]> {
  const statuses: number[] = [];
  for (let index = 0; index < count; index += 1) statuses.push((await send(index)).status);
  return statuses;
}

/** The rate-limit headers of a response. */
export const rateHeaders = ({ headers }: ApiResponse) => [
  headers.get("RateLimit-Policy"),
  headers.get("RateLimit"),
];
