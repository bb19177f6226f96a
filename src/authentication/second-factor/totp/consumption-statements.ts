import { and, eq, exists, isNull, lt, or, sql } from "drizzle-orm";
import { factors } from "../../../db/schema.ts";
import type { Consumption } from "../second-factor.ts";
import type { ConsumptionStatements } from "../statements.ts";

type TotpStep = Extract<Consumption, { of: "totp" }>;

/** A time step and all before it are accepted once (RFC 6238 §5.2). */
const isLaterStep = ({ step }: TotpStep) => or(isNull(factors.lastStep), lt(factors.lastStep, step));

const isFactor = (accountId: string, { factorId }: TotpStep) =>
  and(eq(factors.id, factorId), eq(factors.accountId, accountId));

export const totpConsumption: ConsumptionStatements<TotpStep> = {
  isUnused: (db, accountId, totp) =>
    exists(
      db
        .select({ one: sql`1` })
        .from(factors)
        .where(and(isFactor(accountId, totp), isLaterStep(totp))),
    ),
  consume: (db, accountId, totp, { where }) => [
    db
      .update(factors)
      .set({ lastStep: totp.step, ...(totp.resealed === undefined ? {} : { secret: totp.resealed }) })
      .where(and(isFactor(accountId, totp), isLaterStep(totp), where)),
  ],
};
