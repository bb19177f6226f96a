import { newAuditEvent } from "../../admin/audit-log/audit-event.ts";
import { type Actor, actorIdOf } from "../../admin/authorization/actor.ts";
import type { Caller } from "../../core/caller.ts";
import { type Clock, HOUR } from "../../core/clock.ts";
import { newOneTimeToken } from "../../core/crypto/one-time-token.ts";
import type { Defer } from "../../core/defer.ts";
import { err, ok, type Result } from "../../core/result.ts";
import type { Account } from "../account.ts";
import { type DeleteDiscardedAvatarsDeps, deleteDiscardedAvatars } from "./delete-discarded-avatars.ts";
import { cleanImage } from "./image/clean-image.ts";
import type { ImageProblem } from "./image/image.ts";
import type { AvatarObjectStore } from "./object-store.ts";
import type { AvatarStore } from "./store.ts";

export type SetAvatarDeps = DeleteDiscardedAvatarsDeps & {
  readonly clock: Clock;
  readonly avatars: Pick<AvatarStore, "discardAt" | "replace">;
  readonly avatarObjects: Pick<AvatarObjectStore, "put">;
  readonly defer: Defer;
};

type SetAvatarInput = {
  readonly actor: Actor;
  readonly target: Account;
  readonly bytes: Uint8Array;
  /** The media type that the client declares. */
  readonly declaredType: string;
  readonly caller: Caller;
};

export type AvatarFailure = { readonly reason: ImageProblem | "changed_meanwhile" };

/** An upload that takes longer was interrupted, and its object is deleted. */
const MAX_UPLOAD_MS = HOUR;

/**
 * Sets the account's avatar: the image without metadata, under a new key, so that cached copies of the old
 * key stay correct. An interrupted upload leaves no object: the key is marked as discarded before
 * the object is stored, and only `replace` removes the mark.
 */
export async function setAvatar(
  deps: SetAvatarDeps,
  input: SetAvatarInput,
): Promise<Result<{ readonly avatarKey: string }, AvatarFailure>> {
  const { actor, target, caller } = input;
  const image = cleanImage(input.bytes, input.declaredType);
  if (!image.ok) return err({ reason: image.error });
  const { type, bytes } = image.value;
  const key = `${newOneTimeToken()}.${EXTENSIONS[type]}`;
  const now = deps.clock.now();
  await deps.avatars.discardAt(key, now + MAX_UPLOAD_MS);
  await deps.avatarObjects.put(key, bytes, type);
  const audit = newAuditEvent(deps, { type: "avatar_changed" }, caller, actorIdOf(actor));
  const outcome = await deps.avatars.replace({ actor, target, key, audit, now });
  if (outcome !== "done") return err({ reason: outcome });
  deps.defer(() => deleteDiscardedAvatars(deps));
  return ok({ avatarKey: key });
}

const EXTENSIONS = { "image/png": "png", "image/jpeg": "jpg", "image/webp": "webp" } as const;
