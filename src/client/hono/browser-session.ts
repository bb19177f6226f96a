import type { Context, MiddlewareHandler } from "hono";
import { overBinding } from "../over-binding.ts";
import type { VerifyResult } from "../session.ts";

import type { App, AppOf } from "./app.ts";
import { appCookies } from "./app-cookies.ts";
import { clientOf, isFromOwnPage } from "./caller.ts";
import { throwIfMisconfigured } from "./misconfigured.ts";
import { refuse } from "./refuse.ts";
import type { SessionEnv } from "./session-env.ts";

const SAFE = new Set(["GET", "HEAD"]);

/**
 * The session of a browser that has signed in by `signInRoutes`, in `c.var.session`. Whoever has none is sent
 * to sign in and comes back; what is no visit of a page gets 401. A write has to come from a page of this very
 * origin, since a browser sends cookies by itself: 403.
 */
export function browserSession<E extends SessionEnv>(appOf: AppOf<Context<E>>): MiddlewareHandler<E> {
  return async (c, next) => {
    if (!SAFE.has(c.req.method) && !isFromOwnPage(c)) return refuse(c, "csrf_failed");
    const found = await findSession(c, appOf(c));
    if (found.ok) {
      // What is somebody's own must not be kept for others, new cookies least of all (RFC 9111 §5.2.2.5).
      c.header("Cache-Control", "no-store");
      c.set("session", found.session);
      return next();
    }
    if (found.reason === "unavailable") return refuse(c, "unavailable");
    if (!isVisit(c)) return refuse(c, "unauthorized");
    const { pathname, search } = new URL(c.req.url);
    const to = SAFE.has(c.req.method) ? pathname + search : pathname;
    return c.redirect(`/sign-in?to=${encodeURIComponent(to)}`, 303);
  };
}

/**
 * Who it is by the app's cookies. An access token goes after minutes; the refresh token is then spent for new
 * ones. Requests side by side may all do so: within 10 seconds each gets the same successor.
 */
export async function findSession(c: Context, app: App): Promise<VerifyResult> {
  const cookies = appCookies(c, app);
  const verifier = overBinding(app);
  const access = cookies.access.read();
  const known = access === undefined ? null : await verifier.verify(access);
  if (known?.ok || known?.reason === "unavailable") return known;
  if (known) throwIfMisconfigured(known.reason);
  const refreshToken = cookies.refresh.read();
  if (refreshToken === undefined) return known ?? { ok: false, reason: "session_ended" };
  const refreshed = await app.binding
    .refreshSession({ refreshToken, client: clientOf(c), audience: app.audience })
    .catch(() => ({ ok: false, reason: "unavailable" }) as const);
  if (refreshed.ok) {
    cookies.keep(refreshed);
    return verifier.verify(refreshed.token);
  }
  throwIfMisconfigured(refreshed.reason);
  if (refreshed.reason !== "refresh_invalid") return { ok: false, reason: "unavailable" };
  cookies.forget();
  return { ok: false, reason: "session_ended" };
}

/** Whether a person is going to a page, or sends its form, rather than a script asking: only then may it be HTML. */
const isVisit = (c: Context): boolean => c.req.header("Accept")?.includes("text/html") ?? false;
