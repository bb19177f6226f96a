import { newAuditEvent } from "../../admin/audit-log/audit-event.ts";
import { type Actor, actorIdOf } from "../../admin/authorization/actor.ts";
import type { Caller } from "../../core/caller.ts";
import { err, ok, type Result } from "../../core/result.ts";
import type { Account } from "../account.ts";
import { deleteDiscardedAvatars } from "./delete-discarded-avatars.ts";
import type { AvatarObjectStore } from "./object-store.ts";
import type { SetAvatarDeps } from "./set-avatar.ts";

export type RemoveAvatarDeps = Omit<SetAvatarDeps, "avatarObjects"> & {
  readonly avatarObjects: Pick<AvatarObjectStore, "delete">;
};

/** Removes the account's avatar. Without an avatar it changes nothing. */
export async function removeAvatar(
  deps: RemoveAvatarDeps,
  input: { readonly actor: Actor; readonly target: Account; readonly caller: Caller },
): Promise<Result<void, { readonly reason: "changed_meanwhile" }>> {
  const { actor, target, caller } = input;
  if (target.avatarKey === null) return ok(undefined);
  const now = deps.clock.now();
  const audit = newAuditEvent(deps, { type: "avatar_removed" }, caller, actorIdOf(actor));
  const outcome = await deps.avatars.replace({ actor, target, key: null, audit, now });
  if (outcome !== "done") return err({ reason: outcome });
  deps.defer(() => deleteDiscardedAvatars(deps));
  return ok(undefined);
}
