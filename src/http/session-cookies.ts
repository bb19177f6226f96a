import type { Context } from "hono";
import { deleteCookie, getCookie, setCookie } from "hono/cookie";

// The `__Host-` prefix holds them to this very host, to HTTPS and to the path "/" (RFC 6265bis
// §4.1.3.2, ASVS 3.3.1): no other host of the domain can plant one.
const ACCESS = "gh_access";
const REFRESH = "gh_refresh";
const DEVICE = "gh_device";
const PRE_SESSION = "gh_csrf";
const ROUND = "gh_social";

/** Lifetimes in seconds. */
type Tokens = {
  readonly token: string;
  readonly expiresIn: number;
  readonly refreshToken: string;
  readonly refreshExpiresIn: number;
};

const set = (c: Context, name: string, value: string, maxAge: number): void =>
  setCookie(c, name, value, {
    prefix: "host",
    secure: true,
    httpOnly: true,
    sameSite: "Lax",
    path: "/",
    maxAge,
  });

export function setSessionCookies(c: Context, tokens: Tokens): void {
  set(c, ACCESS, tokens.token, tokens.expiresIn);
  set(c, REFRESH, tokens.refreshToken, tokens.refreshExpiresIn);
}

/** Takes back the session's cookies, where the browser has any. */
export function clearSessionCookies(c: Context): void {
  for (const name of [ACCESS, REFRESH]) {
    if (getCookie(c, name, "host") === undefined) continue;
    deleteCookie(c, name, { prefix: "host", secure: true, path: "/" });
  }
}

/** For so many seconds: as long as the token in it is good. */
export const setDeviceCookie = (c: Context, token: string, seconds: number): void =>
  set(c, DEVICE, token, seconds);

/** What a token of somebody who has not signed in is bound to; it lives as long as the token. */
export const setPreSessionCookie = (c: Context, value: string, seconds: number): void =>
  set(c, PRE_SESSION, value, seconds);

export const accessCookie = (c: Context): string | undefined => getCookie(c, ACCESS, "host");
export const refreshCookie = (c: Context): string | undefined => getCookie(c, REFRESH, "host");
export const deviceCookie = (c: Context): string | undefined => getCookie(c, DEVICE, "host");
export const preSessionCookie = (c: Context): string | undefined => getCookie(c, PRE_SESSION, "host");

/** What a sign-in at a provider is bound to, for as many seconds as it may take. */
export const setOAuthTransactionCookie = (c: Context, value: string, seconds: number): void =>
  set(c, ROUND, value, seconds);
export const oauthTransactionCookie = (c: Context): string | undefined => {
  const binding = getCookie(c, ROUND, "host");
  return binding && /^[\w-]{43}$/.test(binding) ? binding : undefined;
};
