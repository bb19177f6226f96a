import { eq } from "drizzle-orm";
import type { Database } from "../../db/database.ts";
import { runBatch } from "../../db/run-batch.ts";
import { accounts, sessions } from "../../db/schema.ts";
import {
  readLockout,
  releaseAttempt,
  reservationOf,
  reserveAttempt,
} from "../lockout/attempt-counter-statements.ts";
import type { Reservation } from "../lockout/rules.ts";
import type { ReauthenticationProof } from "./proof.ts";
import { reauthenticationStillValid } from "./statements.ts";

export type ReauthenticationStore = ReturnType<typeof reauthenticationStore>;

export const reauthenticationStore = (db: Database) => ({
  /** Counts an attempt to reauthenticate by password and reads the stored hash. */
  async begin(
    accountId: string,
    lockoutKey: string,
    now: number,
  ): Promise<{ reservation: Reservation; passwordHash: string | null }> {
    const { reserved, lockout, hashes } = await runBatch(db, {
      reserved: reserveAttempt(db, { key: lockoutKey, accountId, now }),
      lockout: readLockout(db, lockoutKey),
      hashes: db
        .select({ passwordHash: accounts.passwordHash })
        .from(accounts)
        .where(eq(accounts.id, accountId)),
    });
    return {
      reservation: reservationOf(reserved, lockout, now),
      passwordHash: hashes[0]?.passwordHash ?? null,
    };
  },

  /** Releases the attempt of a correct password. */
  async release(lockoutKey: string): Promise<void> {
    await releaseAttempt(db, lockoutKey);
  },

  /** Records the reauthentication in its session, if it still holds. */
  async record(proof: ReauthenticationProof, now: number): Promise<"recorded" | "changed_meanwhile"> {
    const recorded = await db
      .update(sessions)
      .set({ reauthenticatedAt: proof.at })
      .where(reauthenticationStillValid(db, proof, now))
      .returning({ id: sessions.id });
    return recorded.length > 0 ? "recorded" : "changed_meanwhile";
  },
});
