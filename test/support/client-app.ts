import type { PageResponse } from "./pages.ts";
import { resourceUri } from "./resources.ts";
import type { Service } from "./service.ts";
import { CODE_CHALLENGE, CODE_VERIFIER } from "./social/client-application.ts";
import { APP } from "./social/providers.ts";

export const APP_ORIGIN = new URL(APP).origin;

/** The resource of the client app, of RESOURCES in vitest.config.ts. */
export const APP_AUDIENCE = resourceUri("app");

/** The `state` of the client app (RFC 6749 §4.1.1). Its characters expose a missing or double encoding. */
export const STATE = "a+b&c=d%25/?#~\"'";

/** The URL to which the client app redirects the browser. */
export const clientAppUrl = (
  page: "/sign-in" | "/sign-up" | "/forgot-password",
  params: object = {},
): string =>
  `${page}?${new URLSearchParams({ returnTo: APP, codeChallenge: CODE_CHALLENGE, state: STATE, ...params })}`;

/** The authorization code in a redirect to the client app. Throws when the response redirects elsewhere. */
export function authorizationCodeIn({ status, headers }: PageResponse): string {
  const location = headers.get("Location") ?? "";
  const url = new URL(location, "http://relative.test");
  const code = url.searchParams.get("code");
  if (status !== 303 || url.origin + url.pathname !== APP || !code) throw new Error(`${status}: ${location}`);
  return code;
}

/** Exchanges the authorization code, as the page of the client app does. A null origin sends no `Origin` header. */
export const exchange = (
  service: Service,
  code: string,
  fields: object = {},
  origin: string | null = APP_ORIGIN,
) =>
  service.call("POST", "/api/auth/exchange", { code, codeVerifier: CODE_VERIFIER, ...fields }, undefined, {
    ...(origin === null ? {} : { Origin: origin }),
  });
