import { and, eq, gt } from "drizzle-orm";
import type { Database } from "../db/database.ts";
import { captchaProofs } from "../db/schema.ts";

export type CaptchaProofStore = ReturnType<typeof captchaProofStore>;

export function captchaProofStore(db: Database) {
  return {
    /** `expiresAt` is an instant in milliseconds. */
    async add(proofHash: string, expiresAt: number): Promise<void> {
      await db.insert(captchaProofs).values({ proofHash, expiresAt });
    },

    /** Consumes a proof that has not expired. Only one of several concurrent calls returns true. */
    async consume(proofHash: string, now: number): Promise<boolean> {
      const deleted = await db
        .delete(captchaProofs)
        .where(and(eq(captchaProofs.proofHash, proofHash), gt(captchaProofs.expiresAt, now)))
        .returning({ proofHash: captchaProofs.proofHash });
      return deleted.length > 0;
    },
  };
}
