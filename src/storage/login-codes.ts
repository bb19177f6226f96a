import { and, eq, gt, isNull } from "drizzle-orm";
import type { Account } from "../accounts/account.ts";
import type { FirstStep } from "../sign-in/first-step.ts";
import { readLock } from "./attempt-counters.ts";
import type { Database } from "./database.ts";
import { stillProven, takeFirstStep, whyNot } from "./first-step.ts";
import { insertFrom } from "./insert-from.ts";
import type { SendCaps } from "./queue-message.ts";
import { accountColumns } from "./rows.ts";
import { accounts, loginCodes } from "./schema.ts";

type LoginCode = {
  readonly codeHash: string;
  readonly provider: string;
  /** The origin that it is sent to. */
  readonly origin: string;
  readonly codeChallenge: string | null;
  readonly createdAt: number;
  readonly expiresAt: number;
};

type LiveCode = {
  readonly origin: string;
  readonly codeChallenge: string | null;
  readonly account: Account;
  readonly loginOtp: boolean;
  readonly devicesKnownSince: number;
};

export function loginCodeStorage(db: Database, caps: SendCaps) {
  return {
    /** Stores a code for a first step that holds, and does what that step brings with it. */
    async issue(step: FirstStep, code: LoginCode) {
      const results = await db.batch([
        readLock(db, step.lockKey),
        ...takeFirstStep(db, caps, step),
        insertFrom(
          db,
          loginCodes,
          { ...code, accountId: step.accountId, claim: null },
          accounts,
          stillProven(db, step),
        ),
        db
          .select({ codeHash: loginCodes.codeHash })
          .from(loginCodes)
          .where(eq(loginCodes.codeHash, code.codeHash)),
      ]);
      const issued = results.at(-1) as unknown[];
      return issued.length > 0 ? ({ kind: "issued" } as const) : whyNot(step, results[0]);
    },

    /** The code by that hash, if it is still good, with its account. Changes nothing. */
    async findLive(codeHash: string, now: number): Promise<LiveCode | null> {
      const [row] = await db
        .select({
          origin: loginCodes.origin,
          codeChallenge: loginCodes.codeChallenge,
          id: accounts.id,
          ...accountColumns,
          loginOtp: accounts.loginOtp,
          devicesKnownSince: accounts.devicesKnownSince,
        })
        .from(loginCodes)
        .innerJoin(accounts, eq(accounts.id, loginCodes.accountId))
        .where(
          and(eq(loginCodes.codeHash, codeHash), isNull(loginCodes.claim), gt(loginCodes.expiresAt, now)),
        );
      if (!row) return null;
      const { origin, codeChallenge, loginOtp, devicesKnownSince, ...account } = row;
      return { origin, codeChallenge, account, loginOtp, devicesKnownSince };
    },
  };
}
