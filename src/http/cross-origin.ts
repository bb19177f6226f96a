import type { MiddlewareHandler } from "hono";
import { cors } from "hono/cors";
import type { DepsOf } from "./context.ts";

type Deps = { readonly settings: { readonly allowedOrigins: readonly string[] } };

const forAllowedOrigins = cors({
  origin: (origin) => origin,
  credentials: true,
  allowMethods: ["GET", "POST", "PUT", "PATCH", "DELETE"],
  allowHeaders: ["Authorization", "Content-Type", "X-CSRF-Token"],
  exposeHeaders: ["X-Request-Id", "Retry-After", "RateLimit", "RateLimit-Policy"],
  maxAge: 600,
});

/**
 * CORS for the origins of ALLOWED_ORIGINS, compared whole; nobody else gets a header of it, and
 * `null` is nobody (ASVS 3.4.2).
 */
export const crossOrigin =
  (depsOf: DepsOf<Deps>): MiddlewareHandler =>
  async (c, next) => {
    const origin = c.req.header("Origin");
    const isAllowed = origin !== undefined && depsOf(c).settings.allowedOrigins.includes(origin);
    if (isAllowed) return forAllowedOrigins(c, next);
    await next();
    // A cache must not hand one origin's answer to another.
    if (depsOf(c).settings.allowedOrigins.length > 0) c.res.headers.append("Vary", "Origin");
  };
