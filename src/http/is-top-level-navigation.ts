import type { Context } from "hono";

/**
 * Whether somebody goes there: no image or script of a page, no frame, and no browser that runs ahead of its
 * person (Fetch Metadata; `Sec-Purpose`). A client that does not say what the answer is for is believed: browsers
 * do, and programs that are none name a mode at most.
 */
export function isTopLevelNavigation(c: Context): boolean {
  const { "sec-fetch-dest": dest, "sec-fetch-mode": mode, ...said } = c.req.header();
  if (said["sec-purpose"] !== undefined || said.purpose === "prefetch") return false;
  return dest === undefined || (dest === "document" && mode === "navigate");
}
