import { type Context, Hono } from "hono";
import * as z from "zod/mini";
import type { Result } from "../../core/result.ts";
import type { DepsOf, HttpEnv } from "../../http/context.ts";
import { describeRoute } from "../../http/openapi-operation.ts";
import { requirePermission } from "../../http/require-permission.ts";
import { type RequireSessionDeps, requireSession } from "../../http/require-session.ts";
import { type Answer, answer, respond } from "../../http/respond.ts";
import { idParam, jsonBody } from "../../http/validate-request.ts";
import { type ActivateUserDeps, activateUser } from "./activate-user.ts";
import { type CancelUserDeletionDeps, cancelUserDeletion } from "./cancel-user-deletion.ts";
import { type DeactivateUserDeps, deactivateUser } from "./deactivate-user.ts";
import { type DeleteUserDeps, deleteUser } from "./delete-user.ts";
import { type EndUserSessionsDeps, endUserSessions } from "./end-user-sessions.ts";
import type { UserFailure } from "./errors.ts";
import { roleField } from "./fields.ts";
import { refuseUserFailure } from "./routes.ts";
import { type SendPasswordResetDeps, sendPasswordReset } from "./send-password-reset.ts";
import { type SetRoleDeps, setRole } from "./set-role.ts";
import { type UnlockUserDeps, unlockUser } from "./unlock-user.ts";

const activated = answer(200, "The user is active.");
const deactivated = answer(200, "The user is deactivated, and their sessions have ended.");
const unlocked = answer(200, "The user is not locked any more.");
const linkMailed = answer(200, "A link to choose a password has been sent.");
const sessionsEnded = answer(200, "The user's sessions have ended.");
const roleSet = answer(200, "The user has the role. If it is new to them, their sessions have ended.");
const deletionCancelled = answer(200, "The user keeps the account.");
const deleted = answer(200, "The user and all of their data have been deleted.");

type Deps = ActivateUserDeps &
  DeactivateUserDeps &
  UnlockUserDeps &
  SendPasswordResetDeps &
  EndUserSessionsDeps &
  SetRoleDeps &
  DeleteUserDeps &
  CancelUserDeletionDeps &
  RequireSessionDeps;

/** Routes for admin actions on one account. */
export function userActionRoutes(depsOf: DepsOf<Deps>): Hono<HttpEnv> {
  const session = requireSession(depsOf);
  const operation = (operationId: string, summary: string) => ({ operationId, summary, tag: "Users" });
  const failures = ["not_found", "conflict"] as const;
  return new Hono<HttpEnv>()
    .post(
      "/users/:id/activate",
      describeRoute({ ...operation("activateUser", "Activate a user"), answer: activated, failures }),
      session,
      requirePermission("users:activate"),
      idParam,
      async (c) => respondTo(c, activated, await activateUser(depsOf(c), inputOf(c, c.req.valid("param")))),
    )
    .post(
      "/users/:id/deactivate",
      describeRoute({
        ...operation(
          "deactivateUser",
          "Deactivate a user; their sessions end, their links and codes become invalid",
        ),
        answer: deactivated,
        failures: [...failures, "last_admin"],
      }),
      session,
      requirePermission("users:deactivate"),
      idParam,
      async (c) =>
        respondTo(c, deactivated, await deactivateUser(depsOf(c), inputOf(c, c.req.valid("param")))),
    )
    .post(
      "/users/:id/unlock",
      describeRoute({
        ...operation("unlockUser", "Unlock a user: clear the failed sign-in attempts"),
        answer: unlocked,
        failures,
      }),
      session,
      requirePermission("users:unlock"),
      idParam,
      async (c) => respondTo(c, unlocked, await unlockUser(depsOf(c), inputOf(c, c.req.valid("param")))),
    )
    .post(
      "/users/:id/reset-password",
      describeRoute({
        ...operation(
          "startUserReset",
          "Mail a user a link to choose a password, or a pending invitation again",
        ),
        answer: linkMailed,
        failures: [...failures, "rate_limited"],
      }),
      session,
      requirePermission("users:reset-password"),
      idParam,
      async (c) =>
        respondTo(c, linkMailed, await sendPasswordReset(depsOf(c), inputOf(c, c.req.valid("param")))),
    )
    .delete(
      "/users/:id/sessions",
      describeRoute({
        ...operation("endUserSessions", "End a user's sessions"),
        answer: sessionsEnded,
        failures,
      }),
      session,
      requirePermission("users:end-sessions"),
      idParam,
      async (c) =>
        respondTo(c, sessionsEnded, await endUserSessions(depsOf(c), inputOf(c, c.req.valid("param")))),
    )
    .put(
      "/users/:id/role",
      describeRoute({
        ...operation("setUserRole", "Set a user's role; their sessions end"),
        answer: roleSet,
        failures: [...failures, "last_admin", "user_not_verified"],
      }),
      session,
      requirePermission("users:set-role"),
      idParam,
      jsonBody(z.strictObject({ role: roleField })),
      async (c) => {
        const input = { ...inputOf(c, c.req.valid("param")), role: c.req.valid("json").role };
        return respondTo(c, roleSet, await setRole(depsOf(c), input));
      },
    )
    .post(
      "/users/:id/deletion/cancel",
      describeRoute({
        ...operation("cancelUserDeletion", "Undo the deletion that a user has requested"),
        description: "Until the account is erased. What the request has ended stays ended.",
        answer: deletionCancelled,
        failures,
      }),
      session,
      requirePermission("users:activate"),
      idParam,
      async (c) =>
        respondTo(
          c,
          deletionCancelled,
          await cancelUserDeletion(depsOf(c), inputOf(c, c.req.valid("param"))),
        ),
    )
    .delete(
      "/users/:id",
      describeRoute({
        ...operation("deleteUser", "Delete a user and all of their data"),
        description:
          "The user must be deactivated, or must have requested the deletion. The user's audit events stay. They name only the id.",
        answer: deleted,
        failures: [...failures, "user_still_active"],
      }),
      session,
      requirePermission("users:delete"),
      idParam,
      async (c) => respondTo(c, deleted, await deleteUser(depsOf(c), inputOf(c, c.req.valid("param")))),
    );
}

const inputOf = (c: Context<HttpEnv>, { id }: { readonly id: string }) => ({
  actor: c.var.actor,
  id,
  caller: c.var.caller,
});

const respondTo = (c: Context, success: Answer<null>, result: Result<void, UserFailure>): Response =>
  result.ok ? respond(c, success) : refuseUserFailure(c, result.error);
