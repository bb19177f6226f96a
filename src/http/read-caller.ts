import type { Caller } from "../core/caller.ts";
import { readLocale } from "./read-locale.ts";

const MAX_USER_AGENT = 256;

/**
 * Reads the client from the headers. The edge sets `CF-Connecting-IP`, so clients cannot forge it.
 * `X-Forwarded-For` can be forged and is ignored.
 */
export const readCaller = (headers: Headers): Caller => ({
  ip: headers.get("CF-Connecting-IP"),
  userAgent: headers.get("User-Agent")?.toWellFormed().slice(0, MAX_USER_AGENT) ?? null,
  locale: readLocale(headers),
});
