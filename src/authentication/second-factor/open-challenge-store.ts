import { and, eq, gt, isNull } from "drizzle-orm";
import type { Database } from "../../db/database.ts";
import { accounts, oneTimeCodes } from "../../db/schema.ts";
import type { FactorFacts } from "./second-factor.ts";
import { factorFacts } from "./statements.ts";

/** A challenge of a sign-in that waits for its answer. */
export type OpenChallenge = {
  /** The kind of the code that was sent last, or the one that it asks for. */
  readonly factorKind: string;
  /** The authentication methods of the first factor, space-separated. */
  readonly amr: string;
  readonly factorFacts: FactorFacts;
};

export type OpenChallengeStore = ReturnType<typeof openChallengeStore>;

export const openChallengeStore = (db: Database) => ({
  async find(challengeId: string, now: number): Promise<OpenChallenge | null> {
    const [row] = await db
      .select({
        factorKind: oneTimeCodes.factorKind,
        amr: oneTimeCodes.amr,
        factorFacts: factorFacts(db, null),
      })
      .from(oneTimeCodes)
      .innerJoin(accounts, eq(accounts.id, oneTimeCodes.accountId))
      .where(
        and(
          eq(oneTimeCodes.id, challengeId),
          eq(oneTimeCodes.purpose, "login"),
          isNull(oneTimeCodes.consumedAt),
          gt(oneTimeCodes.expiresAt, now),
        ),
      );
    return row ?? null;
  },
});
