import type { Context } from "hono";
import type { Tokens } from "../auth-service.ts";
import { cookie } from "./cookie.ts";
import { signInAttemptCookies } from "./sign-in-attempt-cookies.ts";

/** The cookies of one app in this browser. `giveCookies` writes them to the response. */
export function appCookies(c: Context, { name = "app" }: { readonly name?: string }) {
  const access = cookie(c, `${name}_access`);
  const refresh = cookie(c, `${name}_refresh`);
  return {
    access,
    refresh,
    attempts: signInAttemptCookies(c, `${name}_journey_`),
    set(tokens: Tokens): void {
      access.write(tokens.token, tokens.expiresIn);
      refresh.write(tokens.refreshToken, tokens.refreshExpiresIn);
    },
    clear(): void {
      access.clear();
      refresh.clear();
    },
  };
}
