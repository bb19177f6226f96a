import type { Context } from "hono";

/**
 * A user's response must not be cached for others (RFC 9111 §5.2.2). With new cookies, or without a
 * Cache-Control of its own, the response is not stored; otherwise only this browser may store it.
 */
export function keepPrivate(c: Context, hasCookies: boolean): void {
  const own = c.res.headers.get("Cache-Control");
  // The platform's shared cache prefers these headers (RFC 9213).
  for (const name of ["CDN-Cache-Control", "Cloudflare-CDN-Cache-Control"]) c.header(name, undefined);
  c.header("Cache-Control", hasCookies || own === null ? "no-store" : asPrivate(own));
}

function asPrivate(directives: string): string {
  const others = directives.split(",").map((directive) => directive.trim());
  const kept = others.filter(
    (directive) => !/^(public|private|s-maxage|proxy-revalidate)\b/i.test(directive),
  );
  return ["private", ...kept.filter((directive) => directive !== "")].join(", ");
}
