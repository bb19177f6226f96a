import type { Context } from "hono";
import type { TokenSet } from "../../oauth/token-set.ts";
import { cookie } from "../cookie.ts";
import { attemptCookies } from "./attempt-cookies.ts";

/** Seconds for which a browser keeps the refresh token. Gatehouse decides how long it is valid. */
const REFRESH_MAX_AGE = 30 * 24 * 3600;

/** Characters. Browsers drop a longer cookie (RFC 6265 §6.1). */
const MAX_COOKIE_LENGTH = 3800;

/** The cookies of one app in this browser. `writePendingCookies` writes them to the response. */
export function appCookies(c: Context, { name = "app" }: { readonly name?: string }) {
  const access = cookie(c, `${name}_access`);
  const refresh = cookie(c, `${name}_refresh`);
  /** The last ID token, which identifies the session in a logout request. */
  const id = cookie(c, `${name}_id`);
  return {
    access,
    refresh,
    id,
    attempts: attemptCookies(c, `${name}_attempt_`),
    set({ accessToken, expiresIn, refreshToken, idToken }: TokenSet): void {
      access.write(accessToken, expiresIn);
      if (refreshToken !== undefined) refresh.write(refreshToken, REFRESH_MAX_AGE);
      if (idToken !== undefined && idToken.length <= MAX_COOKIE_LENGTH) id.write(idToken, REFRESH_MAX_AGE);
    },
    clear(): void {
      for (const each of [access, refresh, id]) each.clear();
    },
  };
}
