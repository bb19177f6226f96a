import type { Context } from "hono";
import type { Tokens } from "../auth-service.ts";
import { cookie } from "./cookie.ts";
import { signInAttemptCookies } from "./journey-cookies.ts";

/** The cookies of one app in this browser. They leave with `giveCookies`. */
export function appCookies(c: Context, { name = "app" }: { readonly name?: string }) {
  const access = cookie(c, `${name}_access`);
  const refresh = cookie(c, `${name}_refresh`);
  return {
    access,
    refresh,
    journeys: signInAttemptCookies(c, `${name}_journey_`),
    keep(tokens: Tokens): void {
      access.write(tokens.token, tokens.expiresIn);
      refresh.write(tokens.refreshToken, tokens.refreshExpiresIn);
    },
    forget(): void {
      access.clear();
      refresh.clear();
    },
  };
}
