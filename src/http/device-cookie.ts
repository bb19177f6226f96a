import type { Context } from "hono";
import { deleteCookie, getCookie, setCookie } from "hono/cookie";
import { decodeJwt } from "jose";

const NAME = "gh_device";

/** Separates the tokens. A signed token has none. */
const SEPARATOR = "~";

/** Users whose devices one browser remembers. A further one replaces the one who has not signed in for the longest time. */
export const MAX_DEVICES_OF_BROWSER = 5;

/** Browsers drop a longer cookie (RFC 6265 §6.1), and would keep an earlier one. */
const MAX_LENGTH = 3900;

/** The device tokens of a browser, one for each user who has signed in there. The last sign-in comes first. */
export const deviceCookie = (c: Context): readonly string[] =>
  (getCookie(c, NAME, "host") ?? "").split(SEPARATOR, MAX_DEVICES_OF_BROWSER).filter((token) => token !== "");

/** The device tokens of a request: that of its body, else those of its cookie. */
export const presentedDeviceTokens = (c: Context, token: string | undefined): readonly string[] =>
  token === undefined ? deviceCookie(c) : [token];

/** Adds a token, which replaces an earlier one of the same user. `seconds`: the lifetime of the token. */
export function addDeviceCookie(c: Context, token: string, seconds: number): void {
  const added = claimsOf(token);
  const others = deviceCookie(c).filter((other) => {
    const { sub, adr } = claimsOf(other);
    return sub !== undefined && sub !== added.sub && adr !== added.adr;
  });
  write(c, [token, ...others], seconds);
}

/**
 * Removes the token of a device, or all tokens if the device is not known. `seconds`: the lifetime of a token. The cookie
 * may outlive the tokens that are left, which expire by themselves.
 */
export function removeDeviceCookie(c: Context, deviceId: string | null, seconds: number): void {
  const presented = deviceCookie(c);
  if (presented.length === 0) return;
  const left = deviceId === null ? [] : presented.filter((token) => claimsOf(token).sub !== deviceId);
  if (left.length > 0) write(c, left, seconds);
  else deleteCookie(c, NAME, { prefix: "host", secure: true, path: "/" });
}

function write(c: Context, tokens: readonly string[], maxAge: number): void {
  const kept = tokens.slice(0, MAX_DEVICES_OF_BROWSER);
  while (kept.length > 1 && kept.join(SEPARATOR).length > MAX_LENGTH) kept.pop();
  const options = { prefix: "host", secure: true, httpOnly: true, sameSite: "Lax", path: "/" } as const;
  setCookie(c, NAME, kept.join(SEPARATOR), { ...options, maxAge });
}

/** The claims are read to tell the tokens apart. Who presents a token is verified at the sign-in. */
function claimsOf(token: string): { readonly sub?: unknown; readonly adr?: unknown } {
  try {
    return decodeJwt(token);
  } catch {
    return {};
  }
}
