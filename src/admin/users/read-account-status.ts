import type { Account } from "../../accounts/account.ts";
import {
  type AccountLockoutsDeps,
  accountLockouts,
  LOCKOUTS,
  type Lockout,
} from "../../authentication/lockout/lockout-keys.ts";
import type { Clock } from "../../core/clock.ts";
import type { SessionSummary } from "../../sessions/session.ts";

export type ReadAccountStatusDeps = AccountLockoutsDeps & {
  readonly clock: Clock;
  readonly accountStatuses: {
    find(
      accountId: string,
      lockoutKeys: readonly string[],
      now: number,
    ): Promise<{ live: SessionSummary[]; shut: { key: string; until: number }[] }>;
  };
};

/** A lock that is shut. `until` in milliseconds. */
export type ActiveLockout = { readonly who: Lockout; readonly until: number };

/** Where somebody is signed in, and which of their locks are shut now. */
export async function readAccountStatus(
  deps: ReadAccountStatusDeps,
  account: Pick<Account, "id" | "email">,
): Promise<{ readonly live: readonly SessionSummary[]; readonly shut: readonly ActiveLockout[] }> {
  const keys = await accountLockouts(deps, account);
  const { live, shut } = await deps.accountStatuses.find(account.id, keys, deps.clock.now());
  const named = LOCKOUTS.flatMap((who, index) => {
    const found = shut.find(({ key }) => key === keys[index]);
    return found ? [{ who, until: found.until }] : [];
  });
  return { live, shut: named };
}
