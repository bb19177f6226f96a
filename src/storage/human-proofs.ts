import { and, eq, gt } from "drizzle-orm";
import type { Database } from "./database.ts";
import { humanProofs } from "./schema.ts";

export function humanProofStorage(db: Database) {
  return {
    /** `expiresAt` is an instant. */
    async add(proofHash: string, expiresAt: number): Promise<void> {
      await db.insert(humanProofs).values({ proofHash, expiresAt });
    },

    /** Spends a live proof: of any number of uses at once, one is told true. */
    async consume(proofHash: string, now: number): Promise<boolean> {
      const spent = await db
        .delete(humanProofs)
        .where(and(eq(humanProofs.proofHash, proofHash), gt(humanProofs.expiresAt, now)))
        .returning({ proofHash: humanProofs.proofHash });
      return spent.length > 0;
    },
  };
}
