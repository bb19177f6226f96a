import type { Context } from "hono";
import { getCookie, setCookie } from "hono/cookie";

/** A cookie to write. An empty value deletes it. */
type PendingCookie = { readonly value: string; readonly maxAge: number };

/** The cookies that the response will write, by name. Middleware and routes both add to them. */
const pendingByContext = new WeakMap<Context, Map<string, PendingCookie>>();

function pendingCookies(c: Context): Map<string, PendingCookie> {
  const pending = pendingByContext.get(c) ?? new Map<string, PendingCookie>();
  pendingByContext.set(c, pending);
  return pending;
}

/** A cookie of this host, as the browser has it after this response. `maxAge` in seconds. */
export const cookie = (c: Context, key: string) => ({
  read: (): string | undefined =>
    (pendingCookies(c).get(key)?.value ?? getCookie(c, key, "host")) || undefined,
  write: (value: string, maxAge: number): void => void pendingCookies(c).set(key, { value, maxAge }),
  clear: (): void => void pendingCookies(c).set(key, { value: "", maxAge: 0 }),
});

/**
 * Writes the pending cookies to the response and returns whether there were any. Only the last value of each
 * cookie is written: tokens that were refreshed during a sign-out must not outlive it.
 *
 * `__Host-` binds a cookie to this host, to HTTPS and to the path "/" (RFC 6265bis §4.1.3.2). HttpOnly hides it
 * from scripts.
 */
export function writePendingCookies(c: Context): boolean {
  const pending = pendingCookies(c);
  const attributes = { secure: true, httpOnly: true, sameSite: "Lax", path: "/" } as const;
  const all = [...pending];
  pending.clear();
  for (const [key, { value, maxAge }] of all) {
    setCookie(c, key, value, { ...attributes, prefix: "host", maxAge });
  }
  return all.length > 0;
}
