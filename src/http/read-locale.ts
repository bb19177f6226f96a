import { parseAccept } from "hono/utils/accept";
import { parse } from "hono/utils/cookie";
import { isLocale, LOCALES, type Locale } from "../core/locale.ts";

/** Set by the language switch of the pages. It contains no personal data. */
export const LOCALE_COOKIE = "__Host-gh_lang";

/** Browsers send shorter headers. */
const MAX_HEADER_LENGTH = 1024;

/** The language of the cookie, or the best match of Accept-Language (RFC 4647 §3.4). */
export function readLocale(headers: Headers): Locale {
  const chosen = parse(headers.get("Cookie") ?? "", LOCALE_COOKIE)[LOCALE_COOKIE];
  if (isLocale(chosen)) return chosen;
  const acceptLanguage = (headers.get("Accept-Language") ?? "").slice(0, MAX_HEADER_LENGTH);
  for (const { type, q } of parseAccept(acceptLanguage)) {
    const primary = type.toLowerCase().split("-")[0];
    if (q > 0 && isLocale(primary)) return primary;
  }
  return LOCALES[0];
}
