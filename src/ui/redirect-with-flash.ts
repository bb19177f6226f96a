import type { Context } from "hono";
import type { PageContext } from "./page.ts";
import { flashCookie } from "./page-cookies.ts";
import type { Words } from "./ui-texts.ts";

export type FlashDetails = {
  /** Replaces `{name}` in the message. */
  readonly name?: string;
  /**
   * The address of the account that the message is about, where a mailed link has led to it and the browser may be signed
   * in with another account.
   */
  readonly address?: string;
};

/** Lets the next page show the message. */
export const writeFlash = (c: Context, notice: keyof Words["notices"], details: FlashDetails = {}): void =>
  flashCookie.write(c, new URLSearchParams({ key: notice, ...details }).toString());

/** Redirects by GET (RFC 9110 §15.4.4) to a page that shows the flash message. */
export function redirectWithFlash(
  c: PageContext,
  to: string,
  notice?: keyof Words["notices"],
  details?: FlashDetails,
): Response {
  if (notice) writeFlash(c, notice, details);
  return c.redirect(to, 303);
}
