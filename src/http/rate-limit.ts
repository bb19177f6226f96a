import type { MiddlewareHandler } from "hono";
import type { DepsOf, HttpEnv } from "./context.ts";
import { documented } from "./openapi-operation.ts";
import { refuse } from "./respond.ts";

type Decision = (
  | { readonly allowed: true }
  | { readonly allowed: false; readonly retryAfterSeconds: number }
) & {
  readonly policies: readonly { name: string; limit: number; windowSeconds: number }[];
  readonly limits: readonly { name: string; remaining: number; resetSeconds: number }[];
};

type Deps<Policy extends string> = {
  readonly limitRoute: (call: { readonly policy: Policy; readonly ip: string | null }) => Promise<Decision>;
};

/**
 * Applies a rate-limit policy to a route. If the path also matches a route with a parameter, the policy that is listed
 * first counts, alone. A request over the limit gets 429 `rate_limited` with
 * `Retry-After`. The form of a page is passed on with `rateLimitedFor` instead, and the page shows the form
 * again. All responses report the limits in `RateLimit-Policy` and `RateLimit`
 * (draft-ietf-httpapi-ratelimit-headers-11 §3, §4).
 */
export const rateLimited = <Policy extends string>(
  depsOf: DepsOf<Deps<Policy>>,
  policy: Policy,
  isPage = false,
): MiddlewareHandler<HttpEnv> =>
  documented<MiddlewareHandler<HttpEnv>>(
    async (c, next) => {
      if (c.var.isRateCounted) return next();
      c.set("isRateCounted", true);
      const decision = await depsOf(c).limitRoute({ policy, ip: c.var.caller.ip });
      const { allowed, policies, limits } = decision;
      // RFC 9651 §3.1: the header of an empty list is omitted.
      if (policies.length > 0) c.header("RateLimit-Policy", listPolicies(policies));
      if (limits.length > 0) c.header("RateLimit", listLimits(limits));
      if (allowed) return next();
      if (!isPage) return refuse(c, "rate_limited", { retryAfter: decision.retryAfterSeconds });
      c.set("rateLimitedFor", decision.retryAfterSeconds);
      return next();
    },
    { failures: ["rate_limited"], headers: ["RateLimit-Policy", "RateLimit"] },
  );

const listPolicies = (policies: Decision["policies"]): string =>
  policies.map(({ name, limit, windowSeconds }) => `"${name}";q=${limit};w=${windowSeconds}`).join(", ");

const listLimits = (limits: Decision["limits"]): string =>
  limits.map(({ name, remaining, resetSeconds }) => `"${name}";r=${remaining};t=${resetSeconds}`).join(", ");
