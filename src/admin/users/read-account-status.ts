import type { Account } from "../../accounts/account.ts";
import {
  accountLockouts,
  LOCKOUTS,
  type Lockout,
  type LockoutKeyDeps,
} from "../../authentication/lockout/lockout-keys.ts";
import type { Clock } from "../../core/clock.ts";
import type { SessionSummary } from "../../sessions/session.ts";
import type { AccountStatusStore } from "./status-store.ts";

export type ReadAccountStatusDeps = LockoutKeyDeps & {
  readonly clock: Clock;
  readonly accountStatuses: Pick<AccountStatusStore, "find">;
};

/** A lockout in force. `until`: an instant. */
export type ActiveLockout = { readonly kind: Lockout; readonly until: number };

/** An account's live sessions and its active lockouts. */
export async function readAccountStatus(
  deps: ReadAccountStatusDeps,
  account: Pick<Account, "id" | "email">,
): Promise<{ readonly sessions: readonly SessionSummary[]; readonly lockouts: readonly ActiveLockout[] }> {
  const keys = await accountLockouts(deps, account);
  const { sessions, lockouts } = await deps.accountStatuses.find(account.id, keys, deps.clock.now());
  const activeLockouts = LOCKOUTS.flatMap((kind, index) => {
    const active = lockouts.find(({ key }) => key === keys[index]);
    return active ? [{ kind, until: active.until }] : [];
  });
  return { sessions, lockouts: activeLockouts };
}
