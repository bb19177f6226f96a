import type { Context, MiddlewareHandler } from "hono";
import { routePath } from "hono/route";
import type { Clock } from "../core/clock.ts";
import type { ErrorCode } from "../core/error-codes.ts";
import { firstCause } from "../core/unavailable.ts";
import type { HttpEnv } from "./context.ts";

/**
 * One log line per request. `route` is the pattern, never the path: a path or query may contain an id or
 * a token. No field can contain an address, password, code or token.
 */
export type RequestLogLine = {
  readonly at: string;
  readonly requestId: string;
  readonly method: string;
  readonly route: string;
  readonly status: number;
  /** Milliseconds. In production the clock advances only at I/O, so CPU time after the last I/O is missing. */
  readonly ms: number;
  readonly d1: number;
  readonly kv: number;
  /** The account id of the authenticated session. */
  readonly actor?: string;
  /** The error code of the contract, for a 4xx or 5xx of the API or of a page. */
  readonly failure?: ErrorCode;
  /** `error` of the response of an OAuth endpoint. */
  readonly oauthError?: string;
  readonly kvFailed?: number;
  /** Times that the burst guard was missing or failed. */
  readonly burstFailed?: number;
  /** Failed providers as `<id>: <ProviderErrorKind>` (`core/provider-error.ts`). */
  readonly providerErrors?: readonly string[];
  /** For a 5xx: the message of the root cause, with addresses and tokens redacted. */
  readonly error?: string;
};

type Counts = {
  readonly d1: number;
  readonly kv: number;
  readonly kvFailed: number;
  readonly burstFailed: number;
  readonly providerErrors: readonly string[];
};

// Clients can send any method. The log repeats only known ones.
const KNOWN_METHODS = new Set(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]);

type Options = {
  readonly clock: Clock;
  readonly write: (line: RequestLogLine, c: Context) => void;
  readonly countsOf: (c: Context) => Counts;
  /** Adds the `Server-Timing` header. Development mode only. */
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
      method: KNOWN_METHODS.has(c.req.method) ? c.req.method : "other",
      route: c.res.status === 404 || c.res.status === 405 ? "none" : routePath(c, -1),
      status: c.res.status,
      ms,
      d1,
      kv,
      ...(actorId ? { actor: actorId } : {}),
      ...(failure ? { failure: failure.code } : {}),
      ...(failure?.oauthError ? { oauthError: failure.oauthError } : {}),
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
