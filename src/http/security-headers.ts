import type { MiddlewareHandler } from "hono";

const ALWAYS = Object.entries({
  "Cross-Origin-Opener-Policy": "same-origin",
  "Origin-Agent-Cluster": "?1",
  "Referrer-Policy": "no-referrer",
  "Strict-Transport-Security": "max-age=31536000; includeSubDomains",
  "X-Content-Type-Options": "nosniff",
  "X-DNS-Prefetch-Control": "off",
  "X-Download-Options": "noopen",
  "X-Frame-Options": "DENY",
  "X-Permitted-Cross-Domain-Policies": "none",
});

const DEFAULTS = Object.entries({
  // Pages set their own policy.
  "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; base-uri 'none'",
  // API responses contain data of one user. Cacheable responses set their own value.
  "Cache-Control": "no-store",
});

/** The headers of a response that sets them all at once. `own` replaces the defaults. */
export const commonHeaders = (own: Readonly<Record<string, string>>): Headers =>
  new Headers({ ...Object.fromEntries([...ALWAYS, ...DEFAULTS]), ...own });

/** Sets the security headers of every response: no framing, sniffing or script execution (ASVS 3.4). */
export const securityHeaders = (): MiddlewareHandler => async (c, next) => {
  await next();
  // Read once: `c.res` and `headers` are getters, which cost as much as setting a header.
  const { headers } = c.res;
  for (const [name, value] of ALWAYS) headers.set(name, value);
  for (const [name, value] of DEFAULTS) {
    if (!headers.has(name)) headers.set(name, value);
  }
};
