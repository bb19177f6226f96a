import type { Context } from "hono";
import { deleteCookie, getCookie, setCookie } from "hono/cookie";
import { HOUR, SECOND } from "../core/clock.ts";
import { newOneTimeToken } from "../core/crypto/one-time-token.ts";

// The `__Host-` prefix binds the cookies to this host, to HTTPS and to the path "/" (RFC 6265bis
// §4.1.3.2, ASVS 3.3.1). Other hosts of the domain cannot set them.
const ACCESS = "gh_access";
const REFRESH = "gh_refresh";
const PRE_SESSION = "gh_csrf";
const OAUTH_TRANSACTION = "gh_social";

/** Lifetime of the pre-session cookie, and of the CSRF tokens that it binds, in seconds. */
export const PRE_SESSION_TTL_SECONDS = (12 * HOUR) / SECOND;

/** Lifetimes in seconds. */
type Tokens = {
  readonly token: string;
  readonly expiresIn: number;
  readonly refreshToken: string;
  readonly refreshExpiresIn: number;
};

/** `maxAge`: seconds. Undefined: the cookie ends with the browser session. */
const set = (c: Context, name: string, value: string, maxAge: number | undefined): void =>
  setCookie(c, name, value, {
    prefix: "host",
    secure: true,
    httpOnly: true,
    sameSite: "Lax",
    path: "/",
    maxAge,
  });

/** `isPersistent`: whether the session outlives the browser session, as the user chose at sign-in. */
export function setSessionCookies(
  c: Context,
  tokens: Tokens,
  { isPersistent }: { readonly isPersistent: boolean },
): void {
  set(c, ACCESS, tokens.token, isPersistent ? tokens.expiresIn : undefined);
  set(c, REFRESH, tokens.refreshToken, isPersistent ? tokens.refreshExpiresIn : undefined);
}

/** Clears the session cookies that the browser sent. */
export function clearSessionCookies(c: Context): void {
  for (const name of [ACCESS, REFRESH]) {
    if (getCookie(c, name, "host") === undefined) continue;
    deleteCookie(c, name, { prefix: "host", secure: true, path: "/" });
  }
}

/**
 * The random value that identifies a browser without a session: it binds CSRF tokens and a pending second factor. Sets
 * its cookie again, so that it lasts as long as what it binds.
 */
export function browserBinding(c: Context): string {
  const value = preSessionCookie(c) ?? newOneTimeToken();
  set(c, PRE_SESSION, value, PRE_SESSION_TTL_SECONDS);
  return value;
}

export const accessCookie = (c: Context): string | undefined => getCookie(c, ACCESS, "host");
export const refreshCookie = (c: Context): string | undefined => getCookie(c, REFRESH, "host");
/** The name of that cookie as the browser shows it. */
export const PRE_SESSION_COOKIE_NAME = `__Host-${PRE_SESSION}`;
export const preSessionCookie = (c: Context): string | undefined => getCookie(c, PRE_SESSION, "host");

/** Binds an OAuth transaction to the browser. `seconds`: the lifetime of the transaction. */
export const setOAuthTransactionCookie = (c: Context, value: string, seconds: number): void =>
  set(c, OAUTH_TRANSACTION, value, seconds);
export const oauthTransactionCookie = (c: Context): string | undefined => {
  const binding = getCookie(c, OAUTH_TRANSACTION, "host");
  return binding && /^[\w-]{43}$/.test(binding) ? binding : undefined;
};
