import type { PageContext } from "./page.ts";
import { noticeCookie } from "./page-cookies.ts";
import type { Words } from "./words.ts";

/** On to another page by GET (RFC 9110 §15.4.4), which says what was done. */
export function redirectWithFlash(c: PageContext, to: string, notice?: keyof Words["notices"]): Response {
  if (notice) noticeCookie.write(c, notice);
  return c.redirect(to, 303);
}
