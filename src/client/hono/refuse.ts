import type { Context } from "hono";
import { isVisit } from "./caller.ts";
import { plainPage } from "./plain-page.ts";

/** Seconds after which asking again makes sense. */
const RETRY_AFTER = 5;

const REFUSALS = {
  unauthorized: [401, "Please sign in to do this."],
  forbidden: [403, "You may not do this."],
  csrf_failed: [403, "This did not come from a page of this site. Please open it again and retry."],
  unavailable: [503, "The service is not available just now. Please try again in a moment."],
} as const;

/**
 * The envelope that Gatehouse's own API answers with, so that a page has one shape to read; for a person who
 * looks at it, the sentence alone.
 */
export function refuse(
  c: Context,
  code: keyof typeof REFUSALS,
  challenge?: string,
): Response | Promise<Response> {
  const [status, message] = REFUSALS[code];
  // Hono's own `requestId()`, where the app uses it.
  const requestId: string = c.get("requestId") ?? crypto.randomUUID();
  c.header("X-Request-Id", requestId);
  c.header("Cache-Control", "no-store");
  if (challenge !== undefined) c.header("WWW-Authenticate", challenge);
  if (status === 503) c.header("Retry-After", String(RETRY_AFTER));
  return isVisit(c)
    ? plainPage(c, status, message)
    : c.json({ success: false, message, error: { code, requestId } }, status);
}
