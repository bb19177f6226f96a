import type { MiddlewareHandler } from "hono";
import { secureHeaders } from "hono/secure-headers";

/**
 * For every answer: nothing may frame, sniff or run it. A page that shows more sets its own
 * Content-Security-Policy, which then stands (ASVS 3.4).
 */
export const securityHeaders = (): MiddlewareHandler => {
  const strict = secureHeaders({
    contentSecurityPolicy: { defaultSrc: ["'none'"], frameAncestors: ["'none'"], baseUri: ["'none'"] },
    strictTransportSecurity: "max-age=31536000; includeSubDomains",
    referrerPolicy: "no-referrer",
    xFrameOptions: "DENY",
    xXssProtection: false,
    crossOriginResourcePolicy: false,
  });
  return async (c, next) => {
    let own: string | null = null;
    await strict(c, async () => {
      await next();
      own = c.res.headers.get("Content-Security-Policy");
    });
    if (own) c.res.headers.set("Content-Security-Policy", own);
    // Answers of the API speak of one person at one moment; what may be kept says so itself.
    if (!c.res.headers.has("Cache-Control")) c.res.headers.set("Cache-Control", "no-store");
  };
};
