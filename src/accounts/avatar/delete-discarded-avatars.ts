import type { Clock } from "../../core/clock.ts";

export type DeleteDiscardedAvatarsDeps = {
  readonly clock: Clock;
  readonly avatars: {
    listDiscarded(now: number): Promise<string[]>;
    forget(keys: readonly string[]): Promise<void>;
  };
  readonly avatarObjects: { delete(keys: readonly string[]): Promise<void> };
};

/** Rounds of one run: what is left waits for the next. */
const ROUNDS = 10;

/** Deletes the objects that nobody shows any more. After a change, and hourly for what that one missed. */
export async function deleteDiscardedAvatars(deps: DeleteDiscardedAvatarsDeps): Promise<void> {
  for (let round = 0; round < ROUNDS; round++) {
    const keys = await deps.avatars.listDiscarded(deps.clock.now());
    if (keys.length === 0) return;
    await deps.avatarObjects.delete(keys);
    await deps.avatars.forget(keys);
  }
}
