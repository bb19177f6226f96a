import { parseAccept } from "hono/utils/accept";
import { parse } from "hono/utils/cookie";
import { isLocale, LOCALES, type Locale } from "../core/locale.ts";

/** What the language switch of the pages sets. It is no secret, and tells nothing of anybody. */
export const LOCALE_COOKIE = "__Host-gh_lang";

/** More would be no browser's. */
const MAX_HEADER = 1024;

/** The language to speak: the one that was switched to, or the best that Accept-Language asks for (RFC 4647 §3.4). */
export function readLocale(headers: Headers): Locale {
  const chosen = parse(headers.get("Cookie") ?? "", LOCALE_COOKIE)[LOCALE_COOKIE];
  if (isLocale(chosen)) return chosen;
  const asked = (headers.get("Accept-Language") ?? "").slice(0, MAX_HEADER);
  for (const { type, q } of parseAccept(asked)) {
    const primary = type.toLowerCase().split("-")[0];
    if (q > 0 && isLocale(primary)) return primary;
  }
  return LOCALES[0];
}
