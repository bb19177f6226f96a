import type { PageContext } from "./page.ts";
import { flashCookie } from "./page-cookies.ts";
import type { Words } from "./ui-texts.ts";

/** Redirects by GET (RFC 9110 §15.4.4) to a page that shows the flash message. */
export function redirectWithFlash(c: PageContext, to: string, notice?: keyof Words["notices"]): Response {
  if (notice) flashCookie.write(c, notice);
  return c.redirect(to, 303);
}
