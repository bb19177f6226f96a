import type { MiddlewareHandler } from "hono";
import { cors } from "hono/cors";
import type { DepsOf } from "./context.ts";

type Deps = { readonly settings: { readonly allowedOrigins: readonly string[] } };

const allowOrigin = cors({
  origin: (origin) => origin,
  credentials: true,
  allowMethods: ["GET", "POST", "PUT", "PATCH", "DELETE"],
  allowHeaders: ["Authorization", "Content-Type", "X-CSRF-Token"],
  exposeHeaders: ["X-Request-Id", "Retry-After", "RateLimit", "RateLimit-Policy"],
  maxAge: 600,
});

/**
 * CORS for the origins of ALLOWED_ORIGINS, compared exactly. Other origins, including `null`, get no
 * CORS header (ASVS 3.4.2).
 */
export const corsForAllowedOrigins =
  (depsOf: DepsOf<Deps>): MiddlewareHandler =>
  async (c, next) => {
    const origin = c.req.header("Origin");
    const isAllowed = origin !== undefined && depsOf(c).settings.allowedOrigins.includes(origin);
    if (isAllowed) return allowOrigin(c, next);
    await next();
    // A cache must not serve the response for one origin to another origin.
    if (depsOf(c).settings.allowedOrigins.length > 0) c.res.headers.append("Vary", "Origin");
  };
