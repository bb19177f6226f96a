import type { Shown } from "./pages.ts";
import type { Service } from "./service.ts";
import { CODE_CHALLENGE, CODE_VERIFIER } from "./social/client-application.ts";
import { APP } from "./social/providers.ts";

export const APP_ORIGIN = new URL(APP).origin;

/** What an app gives along to know its own sign-in by; nothing that survives a careless encoding. */
export const STATE = "a+b&c=d%25/?#~\"'";

/** The address by which that app sends somebody to a page. */
export const fromApp = (page: "/sign-in" | "/sign-up" | "/forgot-password", more: object = {}): string =>
  `${page}?${new URLSearchParams({ returnTo: APP, codeChallenge: CODE_CHALLENGE, state: STATE, ...more })}`;

/** The code that an answer sends the browser to the app with. Throws where it leads elsewhere. */
export function codeIn({ status, headers }: Shown): string {
  const location = headers.get("Location") ?? "";
  const url = new URL(location, "http://nowhere.test");
  const code = url.searchParams.get("code");
  if (status !== 303 || url.origin + url.pathname !== APP || !code) throw new Error(`${status}: ${location}`);
  return code;
}

/** What the app's page does with it. */
export const exchange = (
  of: Service,
  code: string,
  fields: object = {},
  origin: string | null = APP_ORIGIN,
) =>
  of.call("POST", "/api/auth/exchange", { code, codeVerifier: CODE_VERIFIER, ...fields }, undefined, {
    ...(origin === null ? {} : { Origin: origin }),
  });
