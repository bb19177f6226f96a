import { and, eq, exists, gt, isNull, type SQL, sql } from "drizzle-orm";
import { newId } from "../../core/ids.ts";
import type { Database } from "../../db/database.ts";
import { factors, webauthnChallenges } from "../../db/schema.ts";
import type { ConsumptionStatements } from "../second-factor/consumption-statements.ts";
import type { Consumption } from "../second-factor/second-factor.ts";

type Assertion = Extract<Consumption, { of: "passkey" }>;

const isOpen = ({ challengeId }: Assertion, now: number): SQL | undefined =>
  and(
    eq(webauthnChallenges.id, challengeId),
    isNull(webauthnChallenges.claim),
    gt(webauthnChallenges.expiresAt, now),
  );

const selectOpen = (db: Database, assertion: Assertion, now: number) =>
  db.select({ one: sql`1` }).from(webauthnChallenges).where(isOpen(assertion, now));

/** The signature counter is stored, and is no condition: a synced passkey does not count (WebAuthn §6.1.1). */
export const passkeyConsumption: ConsumptionStatements<Assertion> = {
  isUnused: (db, _accountId, assertion, now) => exists(selectOpen(db, assertion, now)),
  consume: (db, accountId, assertion, { where, now }) => [
    db
      .update(factors)
      .set({ signCount: assertion.signCount, lastUsedAt: now })
      .where(
        and(
          eq(factors.id, assertion.factorId),
          eq(factors.accountId, accountId),
          exists(selectOpen(db, assertion, now)),
          where,
        ),
      ),
    db
      .update(webauthnChallenges)
      .set({ claim: newId() })
      .where(and(isOpen(assertion, now), where)),
  ],
};
