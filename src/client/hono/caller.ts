import type { Context } from "hono";
import type { Client } from "../auth-service.ts";

/** The person's own client, for the list of their sessions. The edge sets the address; nobody can send it. */
export const clientOf = (c: Context): Client => ({
  ip: c.req.header("CF-Connecting-IP") ?? null,
  userAgent: c.req.header("User-Agent") ?? null,
});

/** Whether a person is going to a page, or sends its form, rather than a script asking: only then may it be HTML. */
export const isVisit = (c: Context): boolean => c.req.header("Accept")?.includes("text/html") ?? false;

/** Whether it changes nothing (RFC 9110 §9.2.1). */
export const isRead = (c: Context): boolean => c.req.method === "GET" || c.req.method === "HEAD";

/**
 * Whether a request is this app's own, where cookies vouch for it (ASVS 3.5.1). No page can set
 * Sec-Fetch-Site; a browser without it sends Origin with every write.
 */
export function isFromOwnPage(c: Context): boolean {
  const site = c.req.header("Sec-Fetch-Site");
  if (site !== undefined) return site === "same-origin";
  return c.req.header("Origin") === new URL(c.req.url).origin;
}
