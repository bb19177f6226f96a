import { type Context, Hono } from "hono";
import * as z from "zod/mini";
import type { DepsOf, HttpEnv } from "../http/context.ts";
import {
  CSRF_TOKEN_TTL_SECONDS,
  type CsrfDeps,
  csrfTokenOfSession,
  isCsrfSafe,
  issueCsrfToken,
} from "../http/csrf.ts";
import { describeRoute, documented } from "../http/openapi-operation.ts";
import { presentedToken, type RequireSessionDeps, requireSession } from "../http/require-session.ts";
import { answer, refuse, respond } from "../http/respond.ts";
import { clearSessionCookies, refreshCookie, setSessionCookies } from "../http/session-cookies.ts";
import { idParam, jsonBody } from "../http/validate-request.ts";
import { chooseAudience, ownAudience } from "./audience.ts";
import { type EndAllSessionsDeps, endAllSessions } from "./end-all-sessions.ts";
import { type EndSessionDeps, endSession } from "./end-session.ts";
import {
  audienceField,
  INVALID_AUDIENCE,
  MISSING_REFRESH_TOKEN,
  refreshTokenField,
  sessionSchema,
  tokensShape,
} from "./fields.ts";
import { type ListSessionsDeps, listSessions } from "./list-sessions.ts";
import { type RefreshSessionDeps, refreshSession } from "./refresh-session.ts";
import { type SignOutDeps, signOut } from "./sign-out.ts";

const refreshed = answer(
  200,
  undefined,
  z.union([z.object(tokensShape), z.object({ expiresIn: z.int(), csrfToken: z.string() })]),
);
const csrfToken = answer(200, undefined, z.object({ csrfToken: z.string(), expiresIn: z.int() }));
const signedOut = answer(200, "Logged out successfully. Please remove the token from client storage.");
const signedOutEverywhere = answer(200, "Logged out everywhere.");
const sessionList = answer(200, undefined, z.array(sessionSchema));
const sessionEnded = answer(200, "The session has ended.");

const refreshBody = z.strictObject({
  refreshToken: z.optional(refreshTokenField).check(z.meta({ description: "Omit it if a cookie has it." })),
  audience: z.optional(audienceField),
});

type Deps = RefreshSessionDeps &
  SignOutDeps &
  EndSessionDeps &
  EndAllSessionsDeps &
  ListSessionsDeps &
  RequireSessionDeps;

/** Refresh, sign-out, and the list of the caller's sessions. */
export function sessionRoutes(depsOf: DepsOf<Deps>): Hono<HttpEnv> {
  const tag = "Sessions";
  const session = requireSession(depsOf);
  return new Hono<HttpEnv>()
    .post(
      "/refresh",
      describeRoute({
        operationId: "refreshTokens",
        summary: "Exchange a refresh token for a new refresh token and a new access token",
        description:
          "A retry within 10 seconds returns the same refresh token; a later one returns another, as long as the client has " +
          "not used the first one. Any other reuse ends the session. A session that was opened for another audience than " +
          "this service's own API gets tokens for that audience only. The refresh tokens of OAuth clients work only at `/oauth/token`.",
        tag,
        answer: refreshed,
        cookies: true,
        failures: ["refresh_invalid"],
      }),
      documented(async (_c, next) => next(), { failures: ["csrf_failed"] }),
      jsonBody(refreshBody),
      async (c) => {
        const deps = depsOf(c);
        const { refreshToken, audience: requested } = c.req.valid("json");
        const byCookie = refreshToken === undefined && refreshCookie(c) !== undefined;
        const chosen = chooseAudience(deps.settings, requested, byCookie ? "cookie" : "bearer");
        if (chosen === null) return refuse(c, "validation_failed", { fields: [INVALID_AUDIENCE] });
        if (byCookie) return refreshByCookie(c, deps);
        if (refreshToken === undefined)
          return refuse(c, "validation_failed", { fields: [MISSING_REFRESH_TOKEN] });
        const audience = requested === undefined ? null : chosen;
        const result = await refreshSession(deps, { refreshToken, audience, caller: c.var.caller });
        if (!result.ok) {
          return result.error.reason === "audience_refused"
            ? refuse(c, "validation_failed", { fields: [INVALID_AUDIENCE] })
            : refuse(c, "refresh_invalid");
        }
        const { tokens, session: refreshedSession } = result.value;
        c.set("actorId", refreshedSession.account.id);
        return respond(c, refreshed, tokens);
      },
    )
    .post(
      "/logout",
      describeRoute({
        operationId: "logOut",
        summary: "End the session of the bearer token or of the cookies",
        description: "Idempotent. An expired access token is accepted.",
        tag,
        answer: signedOut,
        cookies: true,
      }),
      documented(async (_c, next) => next(), { session: true, failures: ["unauthorized", "csrf_failed"] }),
      async (c) => {
        const presented = presentedSessionTokens(c);
        const byCookie = presented.some(({ by }) => by === "cookie");
        if (byCookie && !(await isCsrfSafe(c, depsOf(c)))) return refuse(c, "csrf_failed");
        if (byCookie) clearSessionCookies(c);
        for (const token of presented) {
          const result = await signOut(depsOf(c), { ...token, caller: c.var.caller });
          if (!result.ok) continue;
          c.set("actorId", result.value.accountId);
          return respond(c, signedOut);
        }
        return refuse(c, "unauthorized");
      },
    )
    .post(
      "/logout-all",
      describeRoute({
        operationId: "logOutEverywhere",
        summary: "End every session of the caller",
        tag,
        answer: signedOutEverywhere,
        cookies: true,
      }),
      session,
      async (c) => {
        await endAllSessions(depsOf(c), { accountId: c.var.session.account.id, caller: c.var.caller });
        clearSessionCookies(c);
        return respond(c, signedOutEverywhere);
      },
    )
    .get(
      "/csrf-token",
      describeRoute({
        operationId: "getCsrfToken",
        summary: "A token for the X-CSRF-Token header, and the cookie that it is bound to",
        description:
          "The token is bound to the session of the cookies. Request a new one after signing in or out.",
        tag,
        answer: csrfToken,
        cookies: true,
      }),
      async (c) => {
        const token = await issueCsrfToken(c, depsOf(c));
        return respond(c, csrfToken, { csrfToken: token, expiresIn: CSRF_TOKEN_TTL_SECONDS });
      },
    )
    .get(
      "/sessions",
      describeRoute({
        operationId: "listSessions",
        summary: "The caller's live sessions",
        tag,
        answer: sessionList,
      }),
      session,
      async (c) => {
        const { account, sessionId } = c.var.session;
        const input = { accountId: account.id, currentSessionId: sessionId };
        const live = await listSessions(depsOf(c), input);
        const iso = (timestamp: number) => new Date(timestamp).toISOString();
        const data = live.map((s) => ({ ...s, createdAt: iso(s.createdAt), lastUsedAt: iso(s.lastUsedAt) }));
        return respond(c, sessionList, data);
      },
    )
    .delete(
      "/sessions/:id",
      describeRoute({
        operationId: "endSession",
        summary: "End one of the caller's sessions",
        tag,
        answer: sessionEnded,
        failures: ["not_found"],
      }),
      session,
      idParam,
      async (c) => {
        const { account } = c.var.session;
        const { id: sessionId } = c.req.valid("param");
        const outcome = await endSession(depsOf(c), {
          sessionId,
          accountId: account.id,
          event: { type: "session_ended", details: { sessionId } },
          actorId: account.id,
          caller: c.var.caller,
        });
        return outcome === "ended" ? respond(c, sessionEnded) : refuse(c, "not_found");
      },
    );
}

/** Refresh by cookie. Browsers send cookies on their own, so a CSRF token is required. The response has no token. */
async function refreshByCookie(c: Context<HttpEnv>, deps: RefreshSessionDeps & CsrfDeps): Promise<Response> {
  const refreshToken = refreshCookie(c);
  if (refreshToken === undefined) return refuse(c, "refresh_invalid");
  if (!(await isCsrfSafe(c, deps))) return refuse(c, "csrf_failed");
  const audience = ownAudience(deps.settings);
  const result = await refreshSession(deps, { refreshToken, audience, caller: c.var.caller });
  if (!result.ok) {
    clearSessionCookies(c);
    return refuse(c, "refresh_invalid");
  }
  const { tokens, session, isPersistent } = result.value;
  setSessionCookies(c, tokens, { isPersistent });
  c.set("actorId", session.account.id);
  const csrfToken = await csrfTokenOfSession(deps, session.sessionId);
  return respond(c, refreshed, { expiresIn: tokens.expiresIn, csrfToken });
}

/**
 * The tokens whose session may be ended, the preferred one first. The access cookie expires after minutes, so the
 * refresh cookie is accepted too.
 */
function presentedSessionTokens(c: Context) {
  const access = presentedToken(c);
  const refresh = c.req.header("Authorization") === undefined ? refreshCookie(c) : undefined;
  return [
    ...(access ? [{ kind: "access", ...access } as const] : []),
    ...(refresh ? [{ kind: "refresh", token: refresh, by: "cookie" } as const] : []),
  ];
}
