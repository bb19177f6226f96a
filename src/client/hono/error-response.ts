import type { Context } from "hono";
import { acceptsHtml } from "./caller.ts";
import { plainPage } from "./plain-page.ts";

/** Seconds. */
const RETRY_AFTER = 5;

const REFUSALS = {
  unauthorized: [401, "Please sign in."],
  reauthentication_required: [401, "Please confirm that it is you."],
  forbidden: [403, "Access denied."],
  csrf_failed: [403, "The request did not come from a page of this site. Reload the page and try again."],
  unavailable: [503, "The service is unavailable. Please try again in a moment."],
} as const;

/** Responds with the error envelope of Gatehouse's API; for a page navigation, with an HTML page of the message. */
export function refuse(
  c: Context,
  code: keyof typeof REFUSALS,
  challenge?: string,
): Response | Promise<Response> {
  const [status, message] = REFUSALS[code];
  // The variable of Hono's `requestId()` middleware, if the app uses it.
  const requestId: string = c.get("requestId") ?? crypto.randomUUID();
  c.header("X-Request-Id", requestId);
  c.header("Cache-Control", "no-store");
  if (challenge !== undefined) c.header("WWW-Authenticate", challenge);
  if (status === 503) c.header("Retry-After", String(RETRY_AFTER));
  return acceptsHtml(c)
    ? plainPage(c, status, message)
    : c.json({ success: false, message, error: { code, requestId } }, status);
}
