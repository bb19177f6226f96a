import { eq } from "drizzle-orm";
import type { Database } from "../../db/database.ts";
import { runBatch } from "../../db/run-batch.ts";
import { accounts } from "../../db/schema.ts";
import { readLockout, reservationOf, reserveAttempt } from "../lockout/attempt-counter-statements.ts";
import type { Reservation } from "../lockout/rules.ts";

export type ReauthenticationStore = ReturnType<typeof reauthenticationStore>;

export const reauthenticationStore = (db: Database) => ({
  /** Counts an attempt to reauthenticate by password and reads the stored hash. */
  async begin(
    accountId: string,
    lockoutKey: string,
    now: number,
  ): Promise<{ reservation: Reservation; passwordHash: string | null }> {
    const { reserved, lockout, hashes } = await runBatch(db, {
      reserved: reserveAttempt(db, lockoutKey, now),
      lockout: readLockout(db, lockoutKey),
      hashes: db
        .select({ passwordHash: accounts.passwordHash })
        .from(accounts)
        .where(eq(accounts.id, accountId)),
    });
    return { reservation: reservationOf(reserved, lockout), passwordHash: hashes[0]?.passwordHash ?? null };
  },
});
