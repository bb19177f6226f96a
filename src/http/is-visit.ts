import type { Context } from "hono";

/**
 * Whether somebody goes there: no image or script of a page, no frame, and no browser that runs ahead of its
 * person (Fetch Metadata; Nav Speculation `Sec-Purpose`). A client that says nothing of it is believed.
 */
export function isVisit(c: Context): boolean {
  const { "sec-fetch-dest": dest, "sec-fetch-mode": mode, ...said } = c.req.header();
  if (said["sec-purpose"] !== undefined || said.purpose === "prefetch") return false;
  return (dest ?? "document") === "document" && (mode ?? "navigate") === "navigate";
}
