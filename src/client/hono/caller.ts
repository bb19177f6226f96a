import type { Context } from "hono";

/** Whether a browser navigates or submits a form, rather than a script. Only then may the response be HTML. */
export const acceptsHtml = (c: Context): boolean => c.req.header("Accept")?.includes("text/html") ?? false;

/** Whether the method is safe (RFC 9110 §9.2.1). */
export const isRead = (c: Context): boolean => c.req.method === "GET" || c.req.method === "HEAD";

/**
 * Whether a request comes from a page of this origin (CSRF, ASVS 3.5.1). A page cannot set Sec-Fetch-Site; a
 * browser without it sends Origin with every write.
 */
export function isFromOwnPage(c: Context): boolean {
  const site = c.req.header("Sec-Fetch-Site");
  if (site !== undefined) return site === "same-origin";
  return c.req.header("Origin") === new URL(c.req.url).origin;
}
