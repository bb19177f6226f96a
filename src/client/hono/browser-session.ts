import type { Context, Env, MiddlewareHandler } from "hono";
import { type AppOf, openApp } from "./app.ts";
import { isFromOwnPage, isRead, isVisit } from "./caller.ts";
import { giveCookies } from "./cookie.ts";
import { findSession } from "./find-session.ts";
import { keepPrivate } from "./keep-private.ts";
import { wantedPath } from "./own-path.ts";
import { refuse } from "./refuse.ts";
import type { OptionalSessionEnv, SessionEnv } from "./session-env.ts";

type Options = {
  /** D1 is asked each time: exact at this instant. */
  readonly strict?: boolean;
};

type Guard<E extends Env, Left> = MiddlewareHandler<Left & Pick<E, "Bindings">>;

/**
 * The session of a browser that has signed in by `signInRoutes`, in `c.var.session`. Whoever has none is sent
 * to sign in and comes back; what is no visit of a page gets 401. A write has to come from a page of this very
 * origin, since a browser sends cookies by itself: 403. With `optional` all of these go on without a session.
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
    const isOwn = isRead(c) || isFromOwnPage(c);
    if (!isOwn && !optional) return refuse(c, "csrf_failed");
    const open = openApp(c, appOf);
    const found = isOwn ? await findSession(c, open, options) : null;
    if (!found?.ok && !optional) {
      giveCookies(c);
      return found?.reason === "unavailable" ? refuse(c, "unavailable") : signInFirst(c, open.app.home);
    }
    if (found?.ok) c.set("session", found.session);
    await next();
    // On whatever answers in the end: a handler may return a Response that it has from elsewhere.
    keepPrivate(c, giveCookies(c));
    return;
  };
}

function signInFirst(c: Context, home: string): Response | Promise<Response> {
  if (!isVisit(c)) return refuse(c, "unauthorized");
  c.header("Cache-Control", "no-store");
  return c.redirect(`/sign-in?to=${encodeURIComponent(wantedPath(c, home))}`, 303);
}
