import type { Clock } from "../../core/clock.ts";
import type { AvatarObjectStore } from "./object-store.ts";
import type { AvatarStore } from "./store.ts";

export type DeleteDiscardedAvatarsDeps = {
  readonly clock: Clock;
  readonly avatars: Pick<AvatarStore, "listDiscarded" | "removeDiscarded">;
  readonly avatarObjects: Pick<AvatarObjectStore, "delete">;
};

/** Batches of one run. The next run deletes the rest. */
const MAX_BATCHES = 10;

/** Deletes discarded objects: after each change, and hourly for those that a failed run left. */
export async function deleteDiscardedAvatars(deps: DeleteDiscardedAvatarsDeps): Promise<void> {
  for (let batch = 0; batch < MAX_BATCHES; batch++) {
    const keys = await deps.avatars.listDiscarded(deps.clock.now());
    if (keys.length === 0) return;
    await deps.avatarObjects.delete(keys);
    await deps.avatars.removeDiscarded(keys);
  }
}
