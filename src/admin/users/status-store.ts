import { selectFactorRemoval } from "../../authentication/factor-removal/statements.ts";
import { selectLastSignIn } from "../../authentication/known-devices/statements.ts";
import { activeLockouts } from "../../authentication/lockout/attempt-counter-statements.ts";
import type { FactorSummary } from "../../authentication/second-factor/factor.ts";
import { selectFactors } from "../../authentication/second-factor/factor-statements.ts";
import type { LinkedIdentity } from "../../authentication/social/identity.ts";
import { selectIdentities } from "../../authentication/social/linked-identity-statements.ts";
import type { Database } from "../../db/database.ts";
import { runBatch } from "../../db/run-batch.ts";
import type { SessionSummary } from "../../sessions/session.ts";
import { liveSessions } from "../../sessions/statements.ts";

export type AccountStatusStore = ReturnType<typeof accountStatusStore>;

/** `until`: an instant, which may be past. */
type LockoutRow = { readonly key: string; readonly until: number; readonly consecutiveFailures: number };

/** What an account is signed in to with, apart from its password. */
export type SignInStatus = {
  readonly identities: readonly LinkedIdentity[];
  /** Second factors and passkeys. */
  readonly factors: readonly FactorSummary[];
  /** The last sign-in on a device that the account remembers; null: none. */
  readonly lastSignInAt: number | null;
  /** When the removal of all factors is due that an admin has requested; null: none is pending. */
  readonly factorRemovalDueAt: number | null;
};

type AccountStatusRows = SignInStatus & {
  readonly sessions: readonly SessionSummary[];
  readonly lockouts: readonly LockoutRow[];
};

/** Reads an account's sessions, lockouts, identities and factors in one round trip. */
export const accountStatusStore = (db: Database) => ({
  async find(accountId: string, lockoutKeys: readonly string[], now: number): Promise<AccountStatusRows> {
    const { removals, lastSignIn, ...rows } = await runBatch(db, {
      sessions: liveSessions(db, accountId, now),
      lockouts: activeLockouts(db, lockoutKeys, now),
      removals: selectFactorRemoval(db, accountId),
      identities: selectIdentities(db, accountId),
      factors: selectFactors(db, accountId),
      lastSignIn: selectLastSignIn(db, accountId),
    });
    return {
      ...rows,
      factorRemovalDueAt: removals[0]?.dueAt ?? null,
      lastSignInAt: lastSignIn[0]?.at ?? null,
    };
  },
});
