import { type AccountLocksDeps, accountLocks, LOCKS, type Lock } from "../account-lock/lock-key.ts";
import type { Account } from "../accounts/account.ts";
import type { Clock } from "../kernel/clock.ts";
import type { SessionSummary } from "../sessions/session.ts";

export type ReadStandingDeps = AccountLocksDeps & {
  readonly clock: Clock;
  readonly standings: {
    find(
      accountId: string,
      lockKeys: readonly string[],
      now: number,
    ): Promise<{ live: SessionSummary[]; shut: { key: string; until: number }[] }>;
  };
};

/** A lock that is shut. `until` in milliseconds. */
export type ShutLock = { readonly who: Lock; readonly until: number };

/** Where somebody is signed in, and which of their locks are shut now. */
export async function readStanding(
  deps: ReadStandingDeps,
  account: Pick<Account, "id" | "email">,
): Promise<{ readonly live: readonly SessionSummary[]; readonly shut: readonly ShutLock[] }> {
  const keys = await accountLocks(deps, account);
  const { live, shut } = await deps.standings.find(account.id, keys, deps.clock.now());
  const named = LOCKS.flatMap((who, index) => {
    const found = shut.find(({ key }) => key === keys[index]);
    return found ? [{ who, until: found.until }] : [];
  });
  return { live, shut: named };
}
