import type { Account } from "../../accounts/account.ts";
import {
  accountLockouts,
  LOCKOUTS,
  type Lockout,
  type LockoutKeyDeps,
} from "../../authentication/lockout/lockout-keys.ts";
import { MAX_CONSECUTIVE_FAILURES } from "../../authentication/lockout/rules.ts";
import type { Clock } from "../../core/clock.ts";
import type { SessionSummary } from "../../sessions/session.ts";
import type { AccountStatusStore, SignInStatus } from "./status-store.ts";

export type ReadAccountStatusDeps = LockoutKeyDeps & {
  readonly clock: Clock;
  readonly accountStatuses: Pick<AccountStatusStore, "find">;
};

/** A lockout in force. `until`: an instant; null if only a password reset or an admin ends it. */
export type ActiveLockout = { readonly kind: Lockout; readonly until: number | null };

export type AccountStatus = SignInStatus & {
  readonly sessions: readonly SessionSummary[];
  readonly lockouts: readonly ActiveLockout[];
};

/** An account's live sessions, its active lockouts, its identities and factors, and whether its factors are about to be removed. */
export async function readAccountStatus(
  deps: ReadAccountStatusDeps,
  account: Pick<Account, "id" | "email">,
): Promise<AccountStatus> {
  const keys = await accountLockouts(deps, account);
  const now = deps.clock.now();
  const { lockouts, ...status } = await deps.accountStatuses.find(account.id, keys, now);
  const activeLockouts = LOCKOUTS.flatMap((kind, index) => {
    const counter = lockouts.find(({ key }) => key === keys[index]);
    return counter ? lockoutOf(kind, counter, now) : [];
  });
  return { ...status, lockouts: activeLockouts };
}

/** Only unknown devices have a limit of consecutive failures. */
function lockoutOf(
  kind: Lockout,
  { until, consecutiveFailures }: { readonly until: number; readonly consecutiveFailures: number },
  now: number,
): ActiveLockout[] {
  if (kind === "unknown-devices" && consecutiveFailures >= MAX_CONSECUTIVE_FAILURES) {
    return [{ kind, until: null }];
  }
  return until > now ? [{ kind, until }] : [];
}
