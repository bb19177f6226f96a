import type { Context, MiddlewareHandler } from "hono";
import { userActor } from "../admin/authorization/actor.ts";
import type { ErrorCode } from "../core/error-codes.ts";
import type { Result } from "../core/result.ts";
import type { CurrentSession, PresentedToken, SessionRestriction } from "../sessions/session.ts";
import type { DepsOf, HttpEnv } from "./context.ts";
import { type CsrfDeps, isCsrfSafe } from "./csrf.ts";
import { documented } from "./openapi-operation.ts";
import { refuse } from "./respond.ts";
import { accessCookie, refreshCookie } from "./session-cookies.ts";

export type RequireSessionDeps = CsrfDeps & {
  authenticate(token: string): Promise<Result<CurrentSession, string>>;
};

const RESTRICTED = {
  enrol_second_factor: "second_factor_enrolment_required",
  deletion_pending: "account_deletion_pending",
} as const satisfies Record<SessionRestriction, ErrorCode>;

/**
 * Requires a valid access token, as a bearer token or in a cookie, and sets `c.var.session` and `c.var.actor`. Browsers
 * attach cookies automatically, so a write that a cookie authenticates must also pass the CSRF check. `allows`: the
 * restricted sessions that may use the route.
 */
export const requireSession = (
  depsOf: DepsOf<RequireSessionDeps>,
  { allows = [] }: { readonly allows?: readonly SessionRestriction[] } = {},
): MiddlewareHandler<HttpEnv> =>
  documented<MiddlewareHandler<HttpEnv>>(
    async (c, next) => {
      const deps = depsOf(c);
      const presented = presentedToken(c);
      const session = presented && (await deps.authenticate(presented.token));
      if (!session?.ok) return refuse(c, "unauthorized");
      c.set("actorId", session.value.account.id);
      if (presented?.by === "cookie" && isWrite(c) && !(await isCsrfSafe(c, deps))) {
        return refuse(c, "csrf_failed");
      }
      const { restriction } = session.value;
      if (restriction !== null && !allows.includes(restriction)) return refuse(c, RESTRICTED[restriction]);
      c.set("session", session.value);
      c.set("actor", userActor(session.value));
      return next();
    },
    { session: true, failures: ["unauthorized", "csrf_failed", ...Object.values(RESTRICTED)] },
  );

/** The access token of a request. An Authorization header takes precedence over cookies, even if it is invalid. */
export function presentedToken(c: Context): PresentedToken | null {
  if (c.req.header("Authorization") !== undefined) {
    const token = bearerToken(c);
    return token === null ? null : { token, by: "bearer" };
  }
  const token = accessCookie(c);
  return token === undefined ? null : { token, by: "cookie" };
}

/** The tokens of a session that a request to a public route presents: a bearer token, or the browser's refresh token. */
export function presentedTokens(c: Context) {
  const presented = presentedToken(c);
  return {
    accessToken: presented?.by === "bearer" ? presented.token : null,
    refreshToken: refreshCookie(c),
  };
}

const isWrite = (c: Context): boolean => c.req.method !== "GET" && c.req.method !== "HEAD";

/** RFC 6750 §2.1: the token of the Authorization header, or null. */
function bearerToken(c: Context): string | null {
  const [, token] = /^Bearer +([A-Za-z0-9._~+/-]+=*) *$/i.exec(c.req.header("Authorization") ?? "") ?? [];
  return token ?? null;
}
