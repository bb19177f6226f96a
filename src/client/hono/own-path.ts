import type { Context } from "hono";
import { isRead } from "./caller.ts";

/** Characters of a path that is kept for the way back; a cookie has to hold it (RFC 6265 §6.1). */
const LONGEST = 1024;

/** A path of this app, whatever was asked: no host, however it is written (RFC 9700 §4.11). Else its home. */
export function safePath(c: Context, asked: string | undefined, home: string): string {
  return asked?.startsWith("/") ? pathOf(c, asked, home) : home;
}

/** Where whoever asks goes on after signing in: to this page; of a form to the one that it stands on. */
export function wantedPath(c: Context, home: string): string {
  return pathOf(c, isRead(c) ? c.req.url : (c.req.header("Referer") ?? home), home);
}

function pathOf(c: Context, address: string, home: string): string {
  const { origin } = new URL(c.req.url);
  const url = URL.parse(address, origin);
  if (url?.origin !== origin) return home;
  const path = url.pathname.replace(/^\/+/, "/") + url.search;
  return path.length <= LONGEST ? path : home;
}
