import type { Caller } from "../core/caller.ts";
import { readLocale } from "./read-locale.ts";

const MAX_USER_AGENT = 256;

/**
 * The client as the platform saw it. `CF-Connecting-IP` is set by the edge and cannot be sent;
 * `X-Forwarded-For` can, and is not read.
 */
export const readCaller = (headers: Headers): Caller => ({
  ip: headers.get("CF-Connecting-IP"),
  userAgent: headers.get("User-Agent")?.toWellFormed().slice(0, MAX_USER_AGENT) ?? null,
  locale: readLocale(headers),
});
