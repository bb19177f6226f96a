import { type Context, Hono } from "hono";
import * as z from "zod/mini";
import type { Result } from "../../core/result.ts";
import type { DepsOf, HttpEnv } from "../../http/context.ts";
import { idParam, jsonBody } from "../../http/input.ts";
import { describe } from "../../http/operation.ts";
import { requirePermission } from "../../http/require-permission.ts";
import { type RequireSessionDeps, requireSession } from "../../http/require-session.ts";
import { type Answer, answer, respond } from "../../http/respond.ts";
import { type ActivateUserDeps, activateUser } from "./activate-user.ts";
import { type DeactivateUserDeps, deactivateUser } from "./deactivate-user.ts";
import { type DeleteUserDeps, deleteUser } from "./delete-user.ts";
import { type EndUserSessionsDeps, endUserSessions } from "./end-user-sessions.ts";
import type { UserFailure } from "./errors.ts";
import { roleField } from "./fields.ts";
import { refuseUser } from "./routes.ts";
import { type SendPasswordResetDeps, sendPasswordReset } from "./send-password-reset.ts";
import { type SetRoleDeps, setRole } from "./set-role.ts";
import { type UnlockUserDeps, unlockUser } from "./unlock-user.ts";

const activated = answer(200, "The user is active.");
const deactivated = answer(200, "The user is deactivated, and their sessions have ended.");
const unlocked = answer(200, "The user is not locked any more.");
const linkMailed = answer(200, "A link to choose a password has been sent.");
const sessionsEnded = answer(200, "The user's sessions have ended.");
const roleSet = answer(200, "The user has the role. If it is new to them, their sessions have ended.");
const deleted = answer(200, "The user and everything that was theirs has been deleted.");

type Deps = ActivateUserDeps &
  DeactivateUserDeps &
  UnlockUserDeps &
  SendPasswordResetDeps &
  EndUserSessionsDeps &
  SetRoleDeps &
  DeleteUserDeps &
  RequireSessionDeps;

/** What admins and superusers do to an account. */
export function userActionRoutes(depsOf: DepsOf<Deps>): Hono<HttpEnv> {
  const session = requireSession(depsOf);
  const about = (summary: string) => ({ summary, tag: "Users" });
  const failures = ["not_found", "conflict"] as const;
  return new Hono<HttpEnv>()
    .post(
      "/users/:id/activate",
      describe({ ...about("Activate a user"), answer: activated, failures }),
      session,
      requirePermission("users:activate"),
      idParam,
      async (c) => done(c, activated, await activateUser(depsOf(c), actOf(c, c.req.valid("param")))),
    )
    .post(
      "/users/:id/deactivate",
      describe({
        ...about("Deactivate a user; their sessions, links and codes end"),
        answer: deactivated,
        failures: [...failures, "last_admin"],
      }),
      session,
      requirePermission("users:deactivate"),
      idParam,
      async (c) => done(c, deactivated, await deactivateUser(depsOf(c), actOf(c, c.req.valid("param")))),
    )
    .post(
      "/users/:id/unlock",
      describe({
        ...about("Forget the failed attempts at a user's account"),
        answer: unlocked,
        failures,
      }),
      session,
      requirePermission("users:unlock"),
      idParam,
      async (c) => done(c, unlocked, await unlockUser(depsOf(c), actOf(c, c.req.valid("param")))),
    )
    .post(
      "/users/:id/reset-password",
      describe({
        ...about("Mail a user a link to choose a password, or their invitation once more"),
        answer: linkMailed,
        failures: [...failures, "rate_limited"],
      }),
      session,
      requirePermission("users:reset-password"),
      idParam,
      async (c) => done(c, linkMailed, await sendPasswordReset(depsOf(c), actOf(c, c.req.valid("param")))),
    )
    .delete(
      "/users/:id/sessions",
      describe({ ...about("End a user's sessions"), answer: sessionsEnded, failures }),
      session,
      requirePermission("users:end-sessions"),
      idParam,
      async (c) => done(c, sessionsEnded, await endUserSessions(depsOf(c), actOf(c, c.req.valid("param")))),
    )
    .put(
      "/users/:id/role",
      describe({
        ...about("Give a user a role; their sessions end"),
        answer: roleSet,
        failures: [...failures, "last_admin"],
      }),
      session,
      requirePermission("users:set-role"),
      idParam,
      jsonBody(z.strictObject({ role: roleField })),
      async (c) => {
        const input = { ...actOf(c, c.req.valid("param")), role: c.req.valid("json").role };
        return done(c, roleSet, await setRole(depsOf(c), input));
      },
    )
    .delete(
      "/users/:id",
      describe({
        ...about("Delete a deactivated user and everything that is theirs"),
        description: "The audit trail stays, under the id.",
        answer: deleted,
        failures: [...failures, "user_still_active"],
      }),
      session,
      requirePermission("users:delete"),
      idParam,
      async (c) => done(c, deleted, await deleteUser(depsOf(c), actOf(c, c.req.valid("param")))),
    );
}

const actOf = (c: Context<HttpEnv>, { id }: { readonly id: string }) => ({
  actor: c.var.session.account,
  id,
  caller: c.var.caller,
});

const done = (c: Context, success: Answer<null>, result: Result<void, UserFailure>): Response =>
  result.ok ? respond(c, success) : refuseUser(c, result.error);
