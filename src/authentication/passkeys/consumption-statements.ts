import { and, eq, exists, gt, isNull, type SQL, sql } from "drizzle-orm";
import { auditRow } from "../../admin/audit-log/statements.ts";
import { newId } from "../../core/ids.ts";
import type { Database } from "../../db/database.ts";
import { insertFrom } from "../../db/insert-select.ts";
import { auditEvents, factors, webauthnChallenges } from "../../db/schema.ts";
import type { ConsumptionStatements } from "../second-factor/consumption-statements.ts";
import type { Consumption } from "../second-factor/second-factor.ts";

type Assertion = Extract<Consumption, { of: "passkey" }>;

/** Whether a WebAuthn challenge can still be answered: a condition on its row. */
export const isOpenChallenge = (challengeId: string, now: number): SQL | undefined =>
  and(
    eq(webauthnChallenges.id, challengeId),
    isNull(webauthnChallenges.claim),
    gt(webauthnChallenges.expiresAt, now),
  );

const selectOpen = (db: Database, { challengeId }: Assertion, now: number) =>
  db.select({ one: sql`1` }).from(webauthnChallenges).where(isOpenChallenge(challengeId, now));

type PasskeyUse = Pick<Assertion, "factorId" | "signCount" | "regression"> & {
  readonly accountId: string;
  readonly now: number;
};

/**
 * Stores the use of a passkey, if `where` holds. The signature counter is no condition: a synced passkey does not count
 * (WebAuthn §6.1.1).
 */
export function recordPasskeyUse(db: Database, use: PasskeyUse, where: SQL | undefined) {
  const { factorId, accountId, signCount, regression, now } = use;
  const isUsed = and(eq(factors.id, factorId), eq(factors.accountId, accountId), where);
  return [
    ...(regression === null
      ? []
      : [insertFrom(db, auditEvents, auditRow(regression, accountId), factors, isUsed)]),
    db.update(factors).set({ signCount, lastUsedAt: now }).where(isUsed),
  ];
}

export const passkeyConsumption: ConsumptionStatements<Assertion> = {
  isUnused: (db, _accountId, assertion, now) => exists(selectOpen(db, assertion, now)),
  consume: (db, accountId, assertion, { where, now }) => [
    ...recordPasskeyUse(
      db,
      { ...assertion, accountId, now },
      and(exists(selectOpen(db, assertion, now)), where),
    ),
    db
      .update(webauthnChallenges)
      .set({ claim: newId() })
      .where(and(isOpenChallenge(assertion.challengeId, now), where)),
  ],
};
