import { Hono } from "hono";
import { z } from "zod";
import type { DepsOf, HttpEnv } from "../http/context.ts";
import { jsonBody, pathParams } from "../http/input.ts";
import { describe, documented } from "../http/operation.ts";
import { bearerToken, requireSession } from "../http/require-session.ts";
import { answer, refuse, respond } from "../http/respond.ts";
import type { Result } from "../kernel/result.ts";
import { type EndAllSessionsDeps, endAllSessions } from "./end-all-sessions.ts";
import { type EndSessionDeps, endSession } from "./end-session.ts";
import { sessionSchema, tokensShape } from "./fields.ts";
import { type ListSessionsDeps, listSessions } from "./list-sessions.ts";
import { type RefreshSessionDeps, refreshSession } from "./refresh-session.ts";
import type { CurrentSession } from "./session.ts";
import { type SignOutDeps, signOut } from "./sign-out.ts";

const refreshed = answer(200, undefined, z.object(tokensShape));
const signedOut = answer(200, "Logged out successfully. Please remove the token from client storage.");
const signedOutEverywhere = answer(200, "Logged out everywhere.");
const sessionList = answer(200, undefined, z.array(sessionSchema));
const sessionEnded = answer(200, "The session has ended.");

type Deps = RefreshSessionDeps &
  SignOutDeps &
  EndSessionDeps &
  EndAllSessionsDeps &
  ListSessionsDeps & { authenticate(token: string): Promise<Result<CurrentSession, string>> };

/** The life of a session after sign-in. */
export function sessionRoutes(depsOf: DepsOf<Deps>): Hono<HttpEnv> {
  const tag = "Sessions";
  const session = requireSession(depsOf);
  return new Hono<HttpEnv>()
    .post(
      "/refresh",
      describe({
        summary: "Spend a refresh token for its successor and a new access token",
        description: "A retry within 10 seconds gets the same successor; anything older ends the session.",
        tag,
        answer: refreshed,
        failures: ["refresh_invalid"],
      }),
      jsonBody(z.strictObject({ refreshToken: z.string("Must be a token.").max(4096, "Is too long.") })),
      async (c) => {
        const { refreshToken } = c.req.valid("json");
        const result = await refreshSession(depsOf(c), { refreshToken, caller: c.var.caller });
        return result.ok ? respond(c, refreshed, result.value) : refuse(c, "refresh_invalid");
      },
    )
    .post(
      "/logout",
      describe({
        summary: "End the session of the bearer token",
        description: "Idempotent; a token that has just expired still signs out.",
        tag,
        answer: signedOut,
      }),
      documented(async (_c, next) => next(), { session: true, failures: ["unauthorized"] }),
      async (c) => {
        const token = bearerToken(c);
        const result = token === null ? null : await signOut(depsOf(c), { token, caller: c.var.caller });
        return result?.ok ? respond(c, signedOut) : refuse(c, "unauthorized");
      },
    )
    .post(
      "/logout-all",
      describe({ summary: "End every session of the caller", tag, answer: signedOutEverywhere }),
      session,
      async (c) => {
        await endAllSessions(depsOf(c), { accountId: c.var.session.account.id, caller: c.var.caller });
        return respond(c, signedOutEverywhere);
      },
    )
    .get(
      "/sessions",
      describe({ summary: "The caller's live sessions", tag, answer: sessionList }),
      session,
      async (c) => {
        const { account, sessionId } = c.var.session;
        const input = { accountId: account.id, currentSessionId: sessionId };
        const live = await listSessions(depsOf(c), input);
        const iso = (instant: number) => new Date(instant).toISOString();
        const shown = live.map((s) => ({ ...s, createdAt: iso(s.createdAt), lastUsedAt: iso(s.lastUsedAt) }));
        return respond(c, sessionList, shown);
      },
    )
    .delete(
      "/sessions/:id",
      describe({
        summary: "End one of the caller's sessions",
        tag,
        answer: sessionEnded,
        failures: ["not_found"],
      }),
      session,
      pathParams(z.object({ id: z.uuid() })),
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
