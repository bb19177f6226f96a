import { and, eq, exists, isNull, sql } from "drizzle-orm";
import { recoveryCodes } from "../../../db/schema.ts";
import type { ConsumptionStatements } from "../consumption-statements.ts";
import type { Consumption } from "../second-factor.ts";

type RecoveryCode = Extract<Consumption, { of: "recovery_code" }>;

const isUnusedCode = (accountId: string, { codeId }: RecoveryCode) =>
  and(eq(recoveryCodes.id, codeId), eq(recoveryCodes.accountId, accountId), isNull(recoveryCodes.usedAt));

export const recoveryCodeConsumption: ConsumptionStatements<RecoveryCode> = {
  isUnused: (db, accountId, code) =>
    exists(db.select({ one: sql`1` }).from(recoveryCodes).where(isUnusedCode(accountId, code))),
  consume: (db, accountId, code, { where, now }) => [
    db
      .update(recoveryCodes)
      .set({ usedAt: now })
      .where(and(isUnusedCode(accountId, code), where)),
  ],
};
