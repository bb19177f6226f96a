import type { Context, Env, MiddlewareHandler } from "hono";
import { type AppOf, openApp } from "./app.ts";
import { keepPrivate } from "./cache-control.ts";
import { acceptsHtml, isFromOwnPage, isRead } from "./caller.ts";
import { writePendingCookies } from "./cookie.ts";
import { refuse } from "./error-response.ts";
import { findSession } from "./find-session.ts";
import { pathAfterSignIn } from "./safe-path.ts";
import type { OptionalSessionEnv, SessionEnv } from "./session-env.ts";

type Options = {
  /** Also checks session and account in D1 for each request: exact at this instant. */
  readonly strict?: boolean;
};

type Guard<E extends Env, Left> = MiddlewareHandler<Left & Pick<E, "Bindings">>;

/**
 * Sets `c.var.session` for a browser that signed in through `signInRoutes`. Without a session, a page request is
 * redirected to sign-in and back; any other request gets 401. A write must come from a page of the same origin,
 * since browsers send cookies automatically; otherwise 403. With `optional`, all of these continue without a session.
 */
export function browserSession<E extends Env>(
  appOf: AppOf<E>,
  options: Options & { readonly optional: true },
): Guard<E, OptionalSessionEnv>;
export function browserSession<E extends Env>(appOf: AppOf<E>, options?: Options): Guard<E, SessionEnv>;
export function browserSession<E extends Env>(
  appOf: AppOf<E>,
  options: Options & { readonly optional?: boolean } = {},
): MiddlewareHandler {
  return async (c, next) => {
    const { optional = false } = options;
    const isSameOrigin = isRead(c) || isFromOwnPage(c);
    if (!isSameOrigin && !optional) return refuse(c, "csrf_failed");
    const open = openApp(c, appOf);
    const found = isSameOrigin ? await findSession(c, open, options) : null;
    if (!found?.ok && !optional) {
      writePendingCookies(c);
      return found?.reason === "unavailable" ? refuse(c, "unavailable") : redirectToSignIn(c, open.app.home);
    }
    if (found?.ok) c.set("session", found.session);
    await next();
    // After the handler: it may have returned a Response that another server created.
    keepPrivate(c, writePendingCookies(c));
    return;
  };
}

function redirectToSignIn(c: Context, home: string): Response | Promise<Response> {
  if (!acceptsHtml(c)) return refuse(c, "unauthorized");
  c.header("Cache-Control", "no-store");
  return c.redirect(`/sign-in?to=${encodeURIComponent(pathAfterSignIn(c, home))}`, 303);
}
