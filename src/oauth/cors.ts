import type { MiddlewareHandler } from "hono";
import { cors } from "hono/cors";

/**
 * CORS of the endpoints that browser-based clients call. They authenticate by parameters and headers and never read
 * cookies, so that every origin may call them (RFC 9700 §2.6).
 */
export const corsForEveryOrigin = (): MiddlewareHandler =>
  cors({
    origin: "*",
    allowMethods: ["GET", "POST"],
    allowHeaders: ["Authorization", "Content-Type"],
    exposeHeaders: ["WWW-Authenticate", "Retry-After", "X-Request-Id", "RateLimit", "RateLimit-Policy"],
    maxAge: 86_400,
  });
