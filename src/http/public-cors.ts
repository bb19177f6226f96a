import type { MiddlewareHandler } from "hono";
import { cors } from "hono/cors";

/**
 * CORS of the endpoints that browser-based clients call. They authenticate by parameters and headers and never read
 * cookies, so that every origin may call them (RFC 9700 §2.6).
 */
export const corsOfClientEndpoints = (): MiddlewareHandler =>
  cors({
    origin: "*",
    allowMethods: ["GET", "POST"],
    allowHeaders: ["Authorization", "Content-Type"],
    exposeHeaders: ["WWW-Authenticate", "Retry-After", "X-Request-Id", "RateLimit", "RateLimit-Policy"],
    maxAge: MAX_AGE,
  });

/** CORS of public documents, which are the same for every caller. */
export const corsOfPublicDocuments = (): MiddlewareHandler =>
  cors({
    origin: "*",
    allowMethods: ["GET"],
    allowHeaders: ["Authorization", "Content-Type"],
    maxAge: MAX_AGE,
  });

/** Seconds for which a browser may cache the answer to a preflight. */
const MAX_AGE = 86_400;
