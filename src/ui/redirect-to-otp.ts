import { encodeSentCode } from "./code-field.tsx";
import type { PageContext } from "./page.ts";
import { challengeCookie } from "./page-cookies.ts";
import { redirectWithFlash } from "./redirect-with-flash.ts";
import { withReturnTarget } from "./return-target.ts";

const CHALLENGE = "challengeId";
const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/**
 * A social login that needs a second factor returns to its return target with a challenge id in the query. This
 * moves the id into a cookie and redirects to the code page.
 */
export function redirectToCodePage(c: PageContext, clock: { now(): number }): Response | null {
  const challengeId = c.req.query(CHALLENGE);
  if (c.req.method !== "GET" || !challengeId || !UUID.test(challengeId)) return null;
  challengeCookie.write(c, encodeSentCode(challengeId, clock));
  const { pathname, searchParams } = new URL(c.req.url);
  searchParams.delete(CHALLENGE);
  const query = searchParams.size > 0 ? `?${searchParams}` : "";
  const returnTarget =
    pathname === "/sign-in" ? c.var.returnTarget : { returnTo: pathname + query, app: null };
  return redirectWithFlash(c, withReturnTarget("/sign-in/code", returnTarget ?? null));
}
