import { Hono } from "hono";
import * as z from "zod/mini";
import type { FindManageableUserDeps } from "../../admin/authorization/find-manageable-user.ts";
import type { DepsOf, HttpEnv } from "../../http/context.ts";
import { describeRoute } from "../../http/openapi-operation.ts";
import { requirePermission } from "../../http/require-permission.ts";
import { type RequireSessionDeps, requireSession } from "../../http/require-session.ts";
import { answer, refuse, respond } from "../../http/respond.ts";
import { timestamp } from "../../http/timestamp.ts";
import { idParam } from "../../http/validate-request.ts";
import type { CancelFactorRemovalDeps } from "./cancel-factor-removal.ts";
import { cancelOwnFactorRemoval } from "./cancel-own-factor-removal.ts";
import { cancelUserFactorRemoval } from "./cancel-user-factor-removal.ts";
import { factorRemovalErrors, factorRemovalMessages } from "./errors.ts";
import { type RequestFactorRemovalDeps, requestFactorRemoval } from "./request-factor-removal.ts";

const requested = answer(
  200,
  "The factors will be removed. The user has been notified, and can cancel it.",
  z.object({ dueAt: timestamp }),
);
const cancelled = answer(200, "The factors stay.");

type Deps = RequestFactorRemovalDeps & CancelFactorRemovalDeps & FindManageableUserDeps & RequireSessionDeps;

/** The removal of the factors of a user who has lost theirs. */
export function factorRemovalRoutes(depsOf: DepsOf<Deps>): Hono<HttpEnv> {
  const session = requireSession(depsOf);
  const ofAnySession = requireSession(depsOf, { allows: ["enrol_second_factor", "deletion_pending"] });
  const tag = "Users";
  return new Hono<HttpEnv>()
    .delete(
      "/users/:id/factors",
      describeRoute({
        operationId: "removeUserFactors",
        summary: "Remove all factors of a user who has lost theirs, after a waiting period",
        description:
          "The user is notified by mail, by text message to a verified phone, and in every session, and can cancel it. Until " +
          "then the email address cannot change. The factors of a superuser are removed by the command line only.",
        tag,
        answer: requested,
        failures: ["not_found", "conflict", "factor_removal_pending"],
      }),
      session,
      requirePermission("users:remove-factors"),
      idParam,
      async (c) => {
        const input = { actor: c.var.actor, id: c.req.valid("param").id, caller: c.var.caller };
        const result = await requestFactorRemoval(depsOf(c), input);
        if (result.ok) return respond(c, requested, { dueAt: new Date(result.value.dueAt).toISOString() });
        const { reason } = result.error;
        return refuse(c, factorRemovalErrors[reason], { message: factorRemovalMessages[reason] });
      },
    )
    .post(
      "/users/:id/factors/removal/cancel",
      describeRoute({
        operationId: "cancelUserFactorRemoval",
        summary: "Cancel the removal of a user's factors",
        tag,
        answer: cancelled,
        failures: ["not_found"],
      }),
      session,
      requirePermission("users:remove-factors"),
      idParam,
      async (c) => {
        const input = { actor: c.var.actor, id: c.req.valid("param").id, caller: c.var.caller };
        const result = await cancelUserFactorRemoval(depsOf(c), input);
        return result.ok ? respond(c, cancelled) : refuse(c, factorRemovalErrors[result.error.reason]);
      },
    )
    .post(
      "/me/factors/removal/cancel",
      describeRoute({
        operationId: "cancelFactorRemoval",
        summary: "Cancel the removal of the own factors that an admin has requested",
        tag: "Account",
        answer: cancelled,
        failures: ["not_found"],
      }),
      ofAnySession,
      async (c) => {
        const input = { session: c.var.session, caller: c.var.caller };
        const result = await cancelOwnFactorRemoval(depsOf(c), input);
        return result.ok ? respond(c, cancelled) : refuse(c, factorRemovalErrors[result.error.reason]);
      },
    );
}
