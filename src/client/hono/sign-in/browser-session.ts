import type { Context, Env, MiddlewareHandler } from "hono";
import { isAuthenticatedEnough } from "../../recency.ts";
import type { VerifiedSession } from "../../session.ts";
import { keepPrivate } from "../cache-control.ts";
import { acceptsHtml, isFromOwnPage, isRead } from "../caller.ts";
import { writePendingCookies } from "../cookie.ts";
import { refuse } from "../error-response.ts";
import { pathAfterSignIn } from "../safe-path.ts";
import type { OptionalSessionEnv, SessionEnv } from "../session-env.ts";
import { type AppOf, type OpenApp, openApp } from "./app.ts";
import { findSession } from "./find-session.ts";

type Options = {
  /** Also checks session and account in D1 for each request. Needs a `verifier` over a service binding. */
  readonly strict?: boolean;
  /** Seconds since the user authenticated. An older authentication is repeated at Gatehouse. */
  readonly maxAge?: number;
  /** Accepted authentication context classes. The user is asked for a missing one at Gatehouse. */
  readonly acrValues?: readonly string[];
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
    requireStrictVerifier(open, options);
    const found = isSameOrigin ? await findSession(c, open, options) : null;
    const session = found?.ok && isRecent(found.session, options) ? found.session : null;
    if (!session && !optional) {
      writePendingCookies(c);
      const isOutage = found?.ok === false && found.reason === "unavailable";
      return isOutage ? refuse(c, "unavailable") : redirectToSignIn(c, open.app.home, options);
    }
    if (session) c.set("session", session);
    await next();
    // After the handler: it may have returned a Response that another server created.
    keepPrivate(c, writePendingCookies(c));
    return;
  };
}

function requireStrictVerifier({ app: { verifier } }: OpenApp, { strict = false }: Options): void {
  const isStrict = verifier !== undefined && "canBeStrict" in verifier;
  if (strict && !isStrict) throw new TypeError("strict needs a verifier over a service binding");
}

/** Seconds that the redirects after an authentication may take. */
const TOLERANCE = 25;

const isRecent = (session: VerifiedSession, { maxAge, acrValues }: Options): boolean =>
  isAuthenticatedEnough(session, {
    maxAge: maxAge === undefined ? undefined : maxAge + TOLERANCE,
    acrValues,
  });

function redirectToSignIn(
  c: Context,
  home: string,
  { maxAge, acrValues = [] }: Options,
): Response | Promise<Response> {
  if (!acceptsHtml(c)) return refuse(c, "unauthorized");
  c.header("Cache-Control", "no-store");
  const query = new URLSearchParams({ to: pathAfterSignIn(c, home) });
  if (maxAge !== undefined) query.set("max_age", String(maxAge));
  if (acrValues.length > 0) query.set("acr_values", acrValues.join(" "));
  return c.redirect(`/sign-in?${query}`, 303);
}
