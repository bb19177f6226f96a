import { toBase64url, utf8 } from "../core/crypto/encoding.ts";
import type { PageContext } from "./page.ts";
import { flashCookie } from "./page-cookies.ts";
import type { Words } from "./ui-texts.ts";

/**
 * Redirects by GET (RFC 9110 §15.4.4) to a page that shows the flash message. `about`: the address of the account that the
 * message is about, where a mailed link has led to it and the browser may be signed in with another account; or the name
 * that replaces `{name}` in the message.
 */
export function redirectWithFlash(
  c: PageContext,
  to: string,
  notice?: keyof Words["notices"],
  about?: string | { readonly name: string },
): Response {
  if (notice) flashCookie.write(c, notice + suffixOf(about));
  return c.redirect(to, 303);
}

function suffixOf(about: string | { readonly name: string } | undefined): string {
  if (about === undefined) return "";
  return typeof about === "string" ? ` ${about}` : `.${toBase64url(utf8(about.name))}`;
}
