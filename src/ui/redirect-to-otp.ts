import { writeSent } from "./code-field.tsx";
import type { PageContext } from "./page.ts";
import { challengeCookie } from "./page-cookies.ts";
import { redirectWithFlash } from "./redirect-with-flash.ts";
import { withReturnTarget } from "./return-target.ts";

const CHALLENGE = "challengeId";
const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/**
 * A sign-in at a provider whose second step is due comes back to where it was to lead, with the name of
 * its challenge: on to the code, with the name in a cookie and no longer in the address.
 */
export function redirectToOtp(c: PageContext, clock: { now(): number }): Response | null {
  const challengeId = c.req.query(CHALLENGE);
  if (c.req.method !== "GET" || !challengeId || !UUID.test(challengeId)) return null;
  challengeCookie.write(c, writeSent(challengeId, clock));
  const { pathname, searchParams } = new URL(c.req.url);
  searchParams.delete(CHALLENGE);
  const query = searchParams.size > 0 ? `?${searchParams}` : "";
  const way = pathname === "/sign-in" ? c.var.returnTarget : { returnTo: pathname + query, app: null };
  return redirectWithFlash(c, withReturnTarget("/sign-in/code", way ?? null));
}
