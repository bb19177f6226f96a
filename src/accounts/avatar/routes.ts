import { type Context, Hono } from "hono";
import * as z from "zod/mini";
import type { Actor } from "../../admin/authorization/actor.ts";
import {
  type FindManageableUserDeps,
  findManageableUser,
} from "../../admin/authorization/find-manageable-user.ts";
import type { DepsOf, HttpEnv } from "../../http/context.ts";
import { describeRoute, documented } from "../../http/openapi-operation.ts";
import { readUpload } from "../../http/read-upload.ts";
import { requirePermission } from "../../http/require-permission.ts";
import { type RequireSessionDeps, requireSession } from "../../http/require-session.ts";
import { answer, refuse, respond } from "../../http/respond.ts";
import { idParam } from "../../http/validate-request.ts";
import type { Account } from "../account.ts";
import { presentAvatarUrl } from "../present-account.ts";
import { avatarErrors } from "./errors.ts";
import { type RemoveAvatarDeps, removeAvatar } from "./remove-avatar.ts";
import { type AvatarFailure, type SetAvatarDeps, setAvatar } from "./set-avatar.ts";

export const UPLOAD = {
  field: "image",
  types: ["image/png", "image/jpeg", "image/webp"],
  maxBytes: 2 * 1024 * 1024,
} as const;

const changed = answer(200, undefined, z.object({ avatarUrl: z.string() }));
const removed = answer(200, "The picture has been removed.");

const upload = documented(async (_c: Context, next: () => Promise<void>) => next(), {
  upload: UPLOAD,
  failures: ["validation_failed", "payload_too_large", "unsupported_media_type", "conflict"],
});

type Deps = SetAvatarDeps &
  RemoveAvatarDeps &
  FindManageableUserDeps &
  RequireSessionDeps & { readonly settings: { readonly publicUrl: string } };

/** The caller's avatar, and the avatars of users whom an admin manages. */
export function avatarRoutes(depsOf: DepsOf<Deps>): Hono<HttpEnv> {
  const session = requireSession(depsOf);
  const mayChange = requirePermission("users:set-avatar");
  const about = (operationId: string, summary: string) => ({ operationId, summary, tag: "Avatars" });
  const description =
    "PNG, JPEG or WebP, at most 2 MiB and 4096 pixels in each dimension. Metadata and bytes after the image are removed.";
  return new Hono<HttpEnv>()
    .put(
      "/me/avatar",
      describeRoute({ ...about("setAvatar", "Set the caller's picture"), description, answer: changed }),
      session,
      upload,
      (c) => set(c, depsOf(c), c.var.actor, c.var.session.account),
    )
    .delete(
      "/me/avatar",
      describeRoute({
        ...about("removeAvatar", "Remove the caller's picture"),
        answer: removed,
        failures: ["conflict"],
      }),
      session,
      (c) => remove(c, depsOf(c), c.var.actor, c.var.session.account),
    )
    .put(
      "/users/:id/avatar",
      describeRoute({
        ...about("setUserAvatar", "Set a user's picture"),
        description,
        answer: changed,
        failures: ["not_found"],
      }),
      session,
      mayChange,
      idParam,
      upload,
      async (c) => {
        const { actor } = c.var;
        const found = await findManageableUser(depsOf(c), actor, "users:set-avatar", c.req.valid("param").id);
        if (!found.ok) return refuse(c, avatarErrors[found.error.reason]);
        return set(c, depsOf(c), actor, found.value.account);
      },
    )
    .delete(
      "/users/:id/avatar",
      describeRoute({
        ...about("removeUserAvatar", "Remove a user's picture"),
        answer: removed,
        failures: ["not_found", "conflict"],
      }),
      session,
      mayChange,
      idParam,
      async (c) => {
        const { actor } = c.var;
        const found = await findManageableUser(depsOf(c), actor, "users:set-avatar", c.req.valid("param").id);
        if (!found.ok) return refuse(c, avatarErrors[found.error.reason]);
        return remove(c, depsOf(c), actor, found.value.account);
      },
    );
}

async function set(c: Context<HttpEnv>, deps: Deps, actor: Actor, target: Account): Promise<Response> {
  const file = await readUpload(c.req.raw, UPLOAD);
  if (!file.ok) return refuse(c, file.error.code, file.error);
  const result = await setAvatar(deps, { ...file.value, actor, target, caller: c.var.caller });
  if (!result.ok) return refuseImage(c, result.error);
  return respond(c, changed, {
    avatarUrl: presentAvatarUrl(result.value.avatarKey, deps.settings.publicUrl),
  });
}

async function remove(c: Context<HttpEnv>, deps: Deps, actor: Actor, target: Account): Promise<Response> {
  const result = await removeAvatar(deps, { actor, target, caller: c.var.caller });
  return result.ok ? respond(c, removed) : refuse(c, avatarErrors[result.error.reason]);
}

const problems: Partial<Record<AvatarFailure["reason"], string>> = {
  damaged: "Is damaged or incomplete.",
  dimensions_too_large: "Must have at most 4096 pixels in each dimension.",
  animated: "Must not be animated.",
};

function refuseImage(c: Context, { reason }: AvatarFailure): Response {
  const message = problems[reason];
  const isUnknown = avatarErrors[reason] === "unsupported_media_type";
  return refuse(c, avatarErrors[reason], {
    message: isUnknown ? "The file must be a PNG, JPEG or WebP image of its declared type." : undefined,
    fields: message === undefined ? undefined : [{ path: UPLOAD.field, message }],
  });
}
