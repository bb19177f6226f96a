import type { MiddlewareHandler } from "hono";
import type { DepsOf, HttpEnv } from "./context.ts";
import { documented } from "./operation.ts";
import { refuse } from "./respond.ts";

type Decision = (
  | { readonly allowed: true }
  | { readonly allowed: false; readonly retryAfterSeconds: number }
) & {
  readonly policies: readonly { name: string; limit: number; windowSeconds: number }[];
  readonly limits: readonly { name: string; remaining: number; resetSeconds: number }[];
};

type Call<Policy extends string> = {
  readonly policy: Policy;
  readonly ip: string | null;
  readonly target?: string;
};

/** What a route needs that is guarded by that policy. */
export type RateLimitDeps<Policy extends string> = {
  readonly limitRoute: (call: Call<Policy>) => Promise<Decision>;
};

/**
 * Lets through what its policy allows; the rest is answered 429 `rate_limited` with `Retry-After`.
 * Every answer behind it tells where the client stands, in `RateLimit-Policy` and `RateLimit`
 * (draft-ietf-httpapi-ratelimit-headers-11 §3, §4).
 *
 * A policy that counts by client needs no `targetOf`, and can stand before a whole route. One that
 * counts by target stands behind `jsonBody`, whose validated body `targetOf` reads; a request that
 * fails validation is then neither counted nor told of limits.
 */
export const rateLimited = <Policy extends string, Body = unknown>(
  depsOf: DepsOf<RateLimitDeps<Policy>>,
  policy: Policy,
  targetOf?: (body: Body) => string,
): MiddlewareHandler<HttpEnv, string, { out: { json: Body } }> =>
  documented<MiddlewareHandler<HttpEnv, string, { out: { json: Body } }>>(
    async (c, next) => {
      const target = targetOf?.(c.req.valid("json"));
      const decision = await depsOf(c).limitRoute({ policy, ip: c.var.caller.ip, target });
      const { allowed, policies, limits } = decision;
      // RFC 9651 §3.1: an empty list is a header that is not sent.
      if (policies.length > 0) c.header("RateLimit-Policy", listPolicies(policies));
      if (limits.length > 0) c.header("RateLimit", listLimits(limits));
      if (!allowed) return refuse(c, "rate_limited", { retryAfter: decision.retryAfterSeconds });
      return next();
    },
    { failures: ["rate_limited"] },
  );

const listPolicies = (policies: Decision["policies"]): string =>
  policies.map(({ name, limit, windowSeconds }) => `"${name}";q=${limit};w=${windowSeconds}`).join(", ");

const listLimits = (limits: Decision["limits"]): string =>
  limits.map(({ name, remaining, resetSeconds }) => `"${name}";r=${remaining};t=${resetSeconds}`).join(", ");
