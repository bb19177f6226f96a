import type { Context, MiddlewareHandler } from "hono";
import { routePath } from "hono/route";
import type { Clock } from "../kernel/clock.ts";
import { firstCause } from "../kernel/unavailable.ts";

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
  readonly ms: number;
  readonly d1: number;
  readonly kv: number;
  readonly kvFailed?: number;
  /** The outer guard against bursts was not there, or failed. */
  readonly burstFailed?: number;
  /** What went wrong, for a 5xx: the error's own words, which come from the platform or from us. */
  readonly error?: string;
};

type Counts = {
  readonly d1: number;
  readonly kv: number;
  readonly kvFailed: number;
  readonly burstFailed: number;
};

// Methods are the client's to invent; a log line repeats only known ones.
const METHODS = new Set(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]);

export const requestLog = (
  clock: Clock,
  write: (line: RequestLogLine) => void,
  countsOf: (c: Context) => Counts,
): MiddlewareHandler => {
  return async (c, next) => {
    const startedAt = clock.now();
    await next();
    const { d1, kv, kvFailed, burstFailed } = countsOf(c);
    write({
      at: new Date(startedAt).toISOString(),
      requestId: c.get("requestId"),
      method: METHODS.has(c.req.method) ? c.req.method : "other",
      route: c.res.status === 404 || c.res.status === 405 ? "none" : routePath(c, -1),
      status: c.res.status,
      ms: clock.now() - startedAt,
      d1,
      kv,
      ...(kvFailed > 0 ? { kvFailed } : {}),
      ...(burstFailed > 0 ? { burstFailed } : {}),
      ...(c.error ? { error: firstCause(c.error) } : {}),
    });
  };
};
