import type { Context } from "hono";
import { deleteCookie, getCookie, setCookie } from "hono/cookie";

/** A cookie of the pages: of this very host, for so many seconds, and for no script. */
const pageCookie = (name: string, seconds: number) => ({
  read: (c: Context): string | undefined => getCookie(c, name, "host"),
  write: (c: Context, value: string): void =>
    setCookie(c, name, value, {
      prefix: "host",
      secure: true,
      httpOnly: true,
      sameSite: "Lax",
      path: "/",
      maxAge: seconds,
    }),
  clear: (c: Context): void => {
    if (getCookie(c, name, "host") === undefined) return;
    deleteCookie(c, name, { prefix: "host", secure: true, path: "/" });
  },
});

/** What has just been done, by its key in the catalogue: said by the next page, once. */
export const noticeCookie = pageCookie("gh_notice", 60);

/** The second step that waits, and when its code was sent: `<challenge>.<seconds>`. Never in a URL. */
export const challengeCookie = pageCookie("gh_challenge", 600);

/** The same of the code that was texted to a new number. */
export const phoneChallengeCookie = pageCookie("gh_phone", 600);

/** The address that mail was sent to, for the page that says so. */
export const addressCookie = pageCookie("gh_address", 3600);

/** Where somebody goes on to who comes back by a mailed link: a query, as base64url. */
export const returnTargetCookie = pageCookie("gh_way", 3600);

/** The language that was switched to; LOCALE_COOKIE of `http/locale-of.ts` reads it. */
export const languageCookie = pageCookie("gh_lang", 365 * 24 * 60 * 60);
