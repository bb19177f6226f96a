import type { PageContext } from "./page.ts";
import { flashCookie } from "./page-cookies.ts";
import type { Words } from "./ui-texts.ts";

/**
 * Redirects by GET (RFC 9110 §15.4.4) to a page that shows the flash message. `about`: the address of the account that the
 * message is about, where a mailed link has led to it and the browser may be signed in with another account.
 */
export function redirectWithFlash(
  c: PageContext,
  to: string,
  notice?: keyof Words["notices"],
  about?: string,
): Response {
  if (notice) flashCookie.write(c, about === undefined ? notice : `${notice} ${about}`);
  return c.redirect(to, 303);
}
