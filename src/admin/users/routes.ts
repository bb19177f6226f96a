import { type Context, Hono } from "hono";
import * as z from "zod/mini";
import { nameField, newEmailField, profileFieldProblems } from "../../accounts/fields.ts";
import { toMetadataChange } from "../../accounts/metadata.ts";
import { presentAccount, profileSchema } from "../../accounts/present-account.ts";
import type { DepsOf, HttpEnv } from "../../http/context.ts";
import { describeRoute } from "../../http/openapi-operation.ts";
import { requirePermission } from "../../http/require-permission.ts";
import { type RequireSessionDeps, requireSession } from "../../http/require-session.ts";
import { answer, refuse, respond } from "../../http/respond.ts";
import { idParam, jsonBody, queryParams } from "../../http/validate-request.ts";
import { presentAnswers } from "../../registration/sign-up-fields/present-answers.ts";
import { type ReadAnswersDeps, readAnswers } from "../../registration/sign-up-fields/read-answers.ts";
import { type UserFailure, userErrorMessages, userErrors } from "./errors.ts";
import { roleField, userBody, userDetailsSchema, userPageSchema, userQuery, userSchema } from "./fields.ts";
import { type InviteUserDeps, inviteUser } from "./invite-user.ts";
import { type ListUsersDeps, listUsers } from "./list-users.ts";
import { readUser, type UserDetails } from "./read-user.ts";
import { type UpdateUserDeps, updateUser } from "./update-user.ts";

const page = answer(200, undefined, userPageSchema);
const user = answer(200, undefined, userSchema);
const details = answer(200, undefined, userDetailsSchema);
const invited = answer(201, "The invitation has been sent.", profileSchema);

const invitation = z.strictObject({ email: newEmailField, name: nameField, role: z.optional(roleField) });

type Deps = ReadAnswersDeps &
  ListUsersDeps &
  InviteUserDeps &
  UpdateUserDeps &
  RequireSessionDeps & { readonly settings: { readonly publicUrl: string } };

/** Routes to list, invite, read and edit users. `action-routes.ts` has the other admin actions. */
export function userRoutes(depsOf: DepsOf<Deps>): Hono<HttpEnv> {
  const tag = "Users";
  const session = requireSession(depsOf);
  const publicUrlOf = (c: Context) => depsOf(c).settings.publicUrl;
  return new Hono<HttpEnv>()
    .get(
      "/users",
      describeRoute({
        operationId: "listUsers",
        summary: "List the users that the caller may see, newest first",
        description: "Admins see users with the role `user`. Superusers see all users.",
        tag,
        answer: page,
      }),
      session,
      requirePermission("users:list"),
      queryParams(userQuery),
      async (c) => {
        const { cursor, ...query } = c.req.valid("query");
        const after = cursor === undefined ? null : Number(cursor);
        const { users, next } = await listUsers(depsOf(c), { ...query, after, actor: c.var.actor });
        return respond(c, page, {
          users: users.map((user) => presentAccount(user, publicUrlOf(c))),
          nextCursor: next === null ? null : String(next),
        });
      },
    )
    .post(
      "/users",
      describeRoute({
        operationId: "inviteUser",
        summary: "Invite a user by a mail with a link to choose a password",
        description: "The link is valid for 7 days. The default `role` is `user`.",
        tag,
        answer: invited,
        failures: ["conflict", "sign_up_closed", "address_undeliverable"],
      }),
      session,
      requirePermission("users:invite"),
      jsonBody(invitation),
      async (c) => {
        const { role = "user", ...body } = c.req.valid("json");
        const input = { ...body, role, actor: c.var.actor, caller: c.var.caller };
        const result = await inviteUser(depsOf(c), input);
        return result.ok
          ? respond(c, invited, presentAccount(result.value.account, publicUrlOf(c)))
          : refuseUserFailure(c, result.error);
      },
    )
    .get(
      "/users/:id",
      describeRoute({
        operationId: "getUser",
        summary: "Get a user",
        tag,
        answer: details,
        failures: ["not_found"],
      }),
      session,
      requirePermission("users:read"),
      idParam,
      async (c) => {
        const input = { actor: c.var.actor, id: c.req.valid("param").id };
        const result = await readUser(depsOf(c), input);
        if (!result.ok) return refuseUserFailure(c, result.error);
        const answers = await readAnswers(depsOf(c), result.value.account.id);
        return respond(c, details, {
          ...presentUser(result.value, publicUrlOf(c)),
          ...presentAnswers(answers),
        });
      },
    )
    .patch(
      "/users/:id",
      describeRoute({
        operationId: "updateUser",
        summary: "Update a user's profile and metadata; null clears an optional field",
        description: "Metadata is replaced as a whole. Of two writes to a field the last one wins.",
        tag,
        answer: user,
        failures: ["not_found", "username_taken", "conflict"],
      }),
      session,
      requirePermission("users:edit"),
      idParam,
      jsonBody(userBody),
      async (c) => {
        const { publicMetadata, privateMetadata, ...profile } = c.req.valid("json");
        const input = {
          actor: c.var.actor,
          id: c.req.valid("param").id,
          change: { ...profile, ...toMetadataChange({ publicMetadata, privateMetadata }) },
          caller: c.var.caller,
        };
        const result = await updateUser(depsOf(c), input);
        return result.ok
          ? respond(c, user, presentUser(result.value, publicUrlOf(c)))
          : refuseUserFailure(c, result.error);
      },
    );
}

const presentUser = ({ account, privateMetadata }: UserDetails, publicUrl: string) => ({
  ...presentAccount(account, publicUrl),
  privateMetadata,
});

/** The error response for a failed admin action. */
export const refuseUserFailure = (c: Context, failure: UserFailure): Response =>
  refuse(c, userErrors[failure.reason], {
    message: userErrorMessages[failure.reason],
    retryAfter: "retryAfter" in failure ? failure.retryAfter : undefined,
    fields:
      failure.reason === "username_taken" || failure.reason === "field_required"
        ? profileFieldProblems(failure)
        : undefined,
  });
