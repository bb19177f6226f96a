import type { Clock } from "../kernel/clock.ts";
import { type AccountLocksDeps, accountLocks, LOCKS, type Lock } from "./lock-key.ts";

export type ReadLocksDeps = AccountLocksDeps & {
  readonly clock: Clock;
  readonly locks: {
    findShut(keys: readonly string[], now: number): Promise<{ key: string; until: number }[]>;
  };
};

/** A lock that is shut. `until` in milliseconds. */
export type ShutLock = { readonly who: Lock; readonly until: number };

/** Which locks of an account are shut now. */
export async function readLocks(
  deps: ReadLocksDeps,
  account: { readonly id: string; readonly email: string },
): Promise<ShutLock[]> {
  const keys = await accountLocks(deps, account);
  const shut = await deps.locks.findShut(keys, deps.clock.now());
  return LOCKS.flatMap((who, index) => {
    const found = shut.find(({ key }) => key === keys[index]);
    return found ? [{ who, until: found.until }] : [];
  });
}
