import { Hono } from "hono";
import * as z from "zod/mini";
import { RECENT_AUTHENTICATION } from "../../authentication/reauthentication/fields.ts";
import type { DepsOf, HttpEnv } from "../../http/context.ts";
import { describeRoute } from "../../http/openapi-operation.ts";
import { type RequireSessionDeps, requireSession } from "../../http/require-session.ts";
import { answer, refuse, respond } from "../../http/respond.ts";
import { clearSessionCookies } from "../../http/session-cookies.ts";
import { timestamp } from "../../http/timestamp.ts";
import { type CancelDeletionDeps, cancelDeletion } from "./cancel-deletion.ts";
import { deletionErrors } from "./errors.ts";
import { requestDeletion, type StartDeletionDeps } from "./request-deletion.ts";

const deletionStarted = answer(
  200,
  "The deletion has started. All of your sessions have ended.",
  z.object({
    deletionDueAt: z
      .nullable(timestamp)
      .check(z.meta({ description: "When the account is erased. Null: it is erased already." })),
  }),
);
const deletionCancelled = answer(200, "Your account is kept.");

type Deps = StartDeletionDeps & CancelDeletionDeps & RequireSessionDeps;

/** The deletion of the caller's own account, and its undo. */
export function deletionRoutes(depsOf: DepsOf<Deps>): Hono<HttpEnv> {
  const tag = "Account";
  return new Hono<HttpEnv>()
    .delete(
      "/me",
      describeRoute({
        operationId: "deleteMe",
        summary: "Delete the caller's own account",
        description:
          "Ends every session, consent and API key now. The account is erased ACCOUNT_DELETION_DAYS later. Until then " +
          `the user can sign in and keep it. ${RECENT_AUTHENTICATION}`,
        tag,
        answer: deletionStarted,
        cookies: true,
        failures: [deletionErrors.reauthentication_required, deletionErrors.last_superuser],
      }),
      requireSession(depsOf),
      async (c) => {
        const { session, caller } = c.var;
        const result = await requestDeletion(depsOf(c), { session, caller });
        if (!result.ok) return refuse(c, deletionErrors[result.error.reason]);
        clearSessionCookies(c);
        const { dueAt } = result.value;
        const deletionDueAt = dueAt === null ? null : new Date(dueAt).toISOString();
        return respond(c, deletionStarted, { deletionDueAt });
      },
    )
    .post(
      "/me/deletion/cancel",
      describeRoute({
        operationId: "cancelMyDeletion",
        summary: "Keep the account whose deletion is pending",
        description: "Takes a new, complete sign-in: the deletion has ended all earlier sessions.",
        tag,
        answer: deletionCancelled,
        failures: [deletionErrors.not_pending],
      }),
      requireSession(depsOf, { allows: ["deletion_pending"] }),
      async (c) => {
        const { session, caller } = c.var;
        const result = await cancelDeletion(depsOf(c), { session, caller });
        return result.ok ? respond(c, deletionCancelled) : refuse(c, deletionErrors[result.error.reason]);
      },
    );
}
