import { toBase64url, utf8 } from "../core/crypto/encoding.ts";
import type { PageContext } from "./page.ts";
import { flashCookie } from "./page-cookies.ts";
import type { Words } from "./ui-texts.ts";

/** Redirects by GET (RFC 9110 §15.4.4) to a page that shows the flash message. `name` replaces `{name}` in it. */
export function redirectWithFlash(
  c: PageContext,
  to: string,
  notice?: keyof Words["notices"],
  name?: string,
): Response {
  if (notice) flashCookie.write(c, name === undefined ? notice : `${notice}.${toBase64url(utf8(name))}`);
  return c.redirect(to, 303);
}
