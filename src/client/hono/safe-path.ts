import type { Context } from "hono";
import { isRead } from "./caller.ts";

/** Characters of a path that is remembered during sign-in; it must fit into a cookie (RFC 6265 §6.1). */
const MAX_PATH_LENGTH = 1024;

/** Returns a path of this app and never another host, however the input is written (RFC 9700 §4.11). Falls back to `home`. */
export function safePath(c: Context, requested: string | undefined, home: string): string {
  return requested?.startsWith("/") ? pathOf(c, requested, home) : home;
}

/** The path to open after sign-in: this page, or the page that contains the submitted form. */
export function pathAfterSignIn(c: Context, home: string): string {
  return pathOf(c, isRead(c) ? c.req.url : (c.req.header("Referer") ?? home), home);
}

function pathOf(c: Context, address: string, home: string): string {
  const { origin } = new URL(c.req.url);
  const url = URL.parse(address, origin);
  if (url?.origin !== origin) return home;
  const path = url.pathname.replace(/^\/+/, "/") + url.search;
  return path.length <= MAX_PATH_LENGTH ? path : home;
}
