import type { Context } from "hono";

/**
 * What is somebody's own must not be kept for others, new cookies least of all (RFC 9111 §5.2.2). Whatever
 * answered, cookies or nothing said: not at all; where it says for how long, by this browser alone.
 */
export function keepPrivate(c: Context, hasCookies: boolean): void {
  const own = c.res.headers.get("Cache-Control");
  // A shared cache of the platform's own goes by these first (RFC 9213).
  for (const name of ["CDN-Cache-Control", "Cloudflare-CDN-Cache-Control"]) c.header(name, undefined);
  c.header("Cache-Control", hasCookies || own === null ? "no-store" : privately(own));
}

function privately(directives: string): string {
  const others = directives.split(",").map((directive) => directive.trim());
  const kept = others.filter(
    (directive) => !/^(public|private|s-maxage|proxy-revalidate)\b/i.test(directive),
  );
  return ["private", ...kept.filter((directive) => directive !== "")].join(", ");
}
