import type { Context } from "hono";
import { deleteCookie, getCookie, setCookie } from "hono/cookie";
import type { Tokens } from "../auth-service.ts";
import type { App } from "./app.ts";

/** Seconds for which a sign-in may be on its way: as long as a mail to confirm an address may take. */
const JOURNEY = 3600;

/** What a browser has to bring back from the pages (RFC 7636 §4.1), and where in the app it wanted to go. */
export type Journey = { readonly state: string; readonly verifier: string; readonly to: string };

/**
 * The cookies of one app. `__Host-` holds them to this very host, to HTTPS and to the path "/" (RFC 6265bis
 * §4.1.3.2), and no script reads them.
 */
export function appCookies(c: Context, { name = "app" }: Pick<App, "name">) {
  const access = cookie(c, `${name}_access`);
  const refresh = cookie(c, `${name}_refresh`);
  const journey = cookie(c, `${name}_journey`);
  return {
    access,
    refresh,
    journey: {
      read: () => parseJourney(journey.read()),
      write: (value: Journey) => journey.write(JSON.stringify(value), JOURNEY),
      clear: journey.clear,
    },
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

const cookie = (c: Context, name: string) => ({
  read: () => getCookie(c, name, "host"),
  write: (value: string, maxAge: number) =>
    setCookie(c, name, value, {
      prefix: "host",
      secure: true,
      httpOnly: true,
      sameSite: "Lax",
      path: "/",
      maxAge,
    }),
  clear: () => {
    if (getCookie(c, name, "host") !== undefined)
      deleteCookie(c, name, { prefix: "host", secure: true, path: "/" });
  },
});

function parseJourney(text: string | undefined): Journey | null {
  try {
    const { state, verifier, to } = JSON.parse(text ?? "");
    return [state, verifier, to].every((part) => typeof part === "string") ? { state, verifier, to } : null;
  } catch {
    return null;
  }
}
