import type { Context } from "hono";
import { getCookie, setCookie } from "hono/cookie";

/** What is to be written; an empty one goes. */
type Written = { readonly value: string; readonly maxAge: number };

/** What the answer to a request is going to write, by name: its middleware and routes each add theirs. */
const writtenIn = new WeakMap<Context, Map<string, Written>>();

function writtenTo(c: Context): Map<string, Written> {
  const written = writtenIn.get(c) ?? new Map<string, Written>();
  writtenIn.set(c, written);
  return written;
}

/** A cookie of this host, as the browser will have it after this answer. `maxAge` in seconds. */
export const cookie = (c: Context, key: string) => ({
  read: (): string | undefined => (writtenTo(c).get(key)?.value ?? getCookie(c, key, "host")) || undefined,
  write: (value: string, maxAge: number): void => void writtenTo(c).set(key, { value, maxAge }),
  clear: (): void => void writtenTo(c).set(key, { value: "", maxAge: 0 }),
});

/**
 * Writes them to the answer as it is by now, and says whether there were any. The last word on each is the
 * only one: tokens that were refreshed on the way to a sign-out must not outlive it.
 *
 * `__Host-` holds them to this very host, to HTTPS and to the path "/" (RFC 6265bis §4.1.3.2), and no script
 * reads them.
 */
export function giveCookies(c: Context): boolean {
  const written = writtenTo(c);
  const attributes = { secure: true, httpOnly: true, sameSite: "Lax", path: "/" } as const;
  const all = [...written];
  written.clear();
  for (const [key, { value, maxAge }] of all) {
    setCookie(c, key, value, { ...attributes, prefix: "host", maxAge });
  }
  return all.length > 0;
}
