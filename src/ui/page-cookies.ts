import type { Context } from "hono";
import { deleteCookie, getCookie, setCookie } from "hono/cookie";

/** A `__Host-` cookie of the pages, HttpOnly, with its lifetime in seconds. */
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

/**
 * Flash message: the form-encoded `key` of `notices` in the UI texts, and `FlashDetails`. The next page shows it once.
 */
export const flashCookie = pageCookie("gh_notice", 60);

/** The code that was texted to a new phone number, and the time at which it was sent: `<challenge>.<seconds>`. */
export const phoneChallengeCookie = pageCookie("gh_phone", 600);

/**
 * The page that follows a confirmation by the second factor, and the code that was mailed for it:
 * `<path> <challenge>.<seconds>`.
 */
export const confirmationCookie = pageCookie("gh_confirm", 600);

/** The sealed values of a form whose session had ended. */
export const draftCookie = pageCookie("gh_draft", 900);

/** The email address that a message was sent to; the next page shows it. */
export const addressCookie = pageCookie("gh_address", 3600);

/** The return target until the user opens a mailed link, in base64url. */
export const returnTargetCookie = pageCookie("gh_way", 3600);

/** The chosen language, which `readLocale` (`http/read-locale.ts`) reads. */
export const languageCookie = pageCookie("gh_lang", 365 * 24 * 60 * 60);
