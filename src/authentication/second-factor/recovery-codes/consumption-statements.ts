import { and, eq, exists, isNull, sql } from "drizzle-orm";
import { recoveryCodes } from "../../../db/schema.ts";
import { NO_SEND_LIMITS, queueMessage } from "../../../messaging/outbox/statements.ts";
import type { Consumption } from "../second-factor.ts";
import type { ConsumptionStatements } from "../statements.ts";

type RecoveryCode = Extract<Consumption, { of: "recovery_code" }>;

const isUnusedCode = (accountId: string, { codeId }: RecoveryCode) =>
  and(eq(recoveryCodes.id, codeId), eq(recoveryCodes.accountId, accountId), isNull(recoveryCodes.usedAt));

export const recoveryCodeConsumption: ConsumptionStatements<RecoveryCode> = {
  isUnused: (db, accountId, code) =>
    exists(db.select({ one: sql`1` }).from(recoveryCodes).where(isUnusedCode(accountId, code))),
  consume: (db, accountId, code, { where, now }) => {
    const isConsumed = and(isUnusedCode(accountId, code), where);
    return [
      // Before the UPDATE, which makes the condition false. The notice has no limits, so that no cap applies.
      ...(code.notice
        ? queueMessage(db, {
            message: code.notice,
            accountId,
            now,
            limits: NO_SEND_LIMITS,
            caps: null,
            source: recoveryCodes,
            where: isConsumed,
          })
        : []),
      db.update(recoveryCodes).set({ usedAt: now }).where(isConsumed),
    ];
  },
};
