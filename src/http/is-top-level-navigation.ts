import type { Context } from "hono";

/**
 * True for a top-level navigation: not a subresource, a frame or a prefetch (Fetch Metadata;
 * `Sec-Purpose`). A request without Sec-Fetch-Dest counts as one: browsers always send that header, other
 * clients send at most a mode.
 */
export function isTopLevelNavigation(c: Context): boolean {
  const { "sec-fetch-dest": dest, "sec-fetch-mode": mode, ...headers } = c.req.header();
  if (headers["sec-purpose"] !== undefined || headers.purpose === "prefetch") return false;
  return dest === undefined || (dest === "document" && mode === "navigate");
}
