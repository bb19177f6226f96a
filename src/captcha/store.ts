import { and, eq, gt } from "drizzle-orm";
import type { Database } from "../db/database.ts";
import { captchaProofs } from "../db/schema.ts";

export function captchaProofStore(db: Database) {
  return {
    /** `expiresAt` is an instant. */
    async add(proofHash: string, expiresAt: number): Promise<void> {
      await db.insert(captchaProofs).values({ proofHash, expiresAt });
    },

    /** Spends a live proof: of any number of uses at once, one is told true. */
    async consume(proofHash: string, now: number): Promise<boolean> {
      const spent = await db
        .delete(captchaProofs)
        .where(and(eq(captchaProofs.proofHash, proofHash), gt(captchaProofs.expiresAt, now)))
        .returning({ proofHash: captchaProofs.proofHash });
      return spent.length > 0;
    },
  };
}
