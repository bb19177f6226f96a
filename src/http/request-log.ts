import type { Context, MiddlewareHandler } from "hono";
import { routePath } from "hono/route";
import type { Clock } from "../core/clock.ts";
import type { ErrorCode } from "../core/error-codes.ts";
import { firstCause } from "../core/unavailable.ts";
import type { HttpEnv } from "./context.ts";

/**
 * One line a request. `route` is the pattern, never the path: a path or a query may hold an id or a
 * token. There is no field that an address, password, code or token could get into.
 */
export type RequestLogLine = {
  readonly at: string;
  readonly requestId: string;
  readonly method: string;
  readonly route: string;
  readonly status: number;
  /** In production the clock moves at I/O alone, so this is what was waited for, without what was computed after it. */
  readonly ms: number;
  readonly d1: number;
  readonly kv: number;
  /** The account of whoever has proven a session. */
  readonly actor?: string;
  /** The code of the contract, for a 4xx or 5xx that has one; a page has it too. */
  readonly failure?: ErrorCode;
  readonly kvFailed?: number;
  /** The outer guard against bursts was not there, or failed. */
  readonly burstFailed?: number;
  /** Providers that were of no use, by their ids, and why, of a closed list (`kernel/trouble.ts`). */
  readonly providerErrors?: readonly string[];
  /** What went wrong, for a 5xx: the error's own words, which are the platform's or ours, with addresses and tokens blotted out. */
  readonly error?: string;
};

type Counts = {
  readonly d1: number;
  readonly kv: number;
  readonly kvFailed: number;
  readonly burstFailed: number;
  readonly providerErrors: readonly string[];
};

// Methods are the client's to invent; a log line repeats only known ones.
const METHODS = new Set(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]);

type Options = {
  readonly clock: Clock;
  readonly write: (line: RequestLogLine, c: Context) => void;
  readonly countsOf: (c: Context) => Counts;
  /** Whether the answer tells what it took: to a developer, never to a stranger. */
  readonly showsDetails: (c: Context) => boolean;
};

export const requestLog =
  ({ clock, write, countsOf, showsDetails }: Options): MiddlewareHandler<HttpEnv> =>
  async (c, next) => {
    const startedAt = clock.now();
    await next();
    const { d1, kv, kvFailed, burstFailed, providerErrors } = countsOf(c);
    const { actorId, failure } = c.var;
    const ms = clock.now() - startedAt;
    if (showsDetails(c)) c.res.headers.set("Server-Timing", serverTiming(ms, d1, kv));
    const line = {
      at: new Date(startedAt).toISOString(),
      requestId: c.get("requestId"),
      method: METHODS.has(c.req.method) ? c.req.method : "other",
      route: c.res.status === 404 || c.res.status === 405 ? "none" : routePath(c, -1),
      status: c.res.status,
      ms,
      d1,
      kv,
      ...(actorId ? { actor: actorId } : {}),
      ...(failure ? { failure } : {}),
      ...(kvFailed > 0 ? { kvFailed } : {}),
      ...(burstFailed > 0 ? { burstFailed } : {}),
      ...(providerErrors.length > 0 ? { providerErrors } : {}),
      ...(c.error ? { error: firstCause(c.error) } : {}),
    };
    write(line, c);
  };

/** https://www.w3.org/TR/server-timing/: a metric may have a duration, a description, or both. */
const serverTiming = (ms: number, d1: number, kv: number): string =>
  `total;dur=${ms}, d1;desc="${d1} calls", kv;desc="${kv} calls"`;
