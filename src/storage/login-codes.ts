import { and, count, eq, gt, isNotNull, isNull, or, sql } from "drizzle-orm";
import type { LiveCode } from "../login-codes/live-code.ts";
import type { HeldSession, LoginCodeDraft } from "../login-codes/login-code.ts";
import type { FirstStep } from "../sign-in/first-step.ts";
import { ownerIsActive } from "./active-owner.ts";
import { readLock } from "./attempt-counters.ts";
import type { Database } from "./database.ts";
import { stillProven, takeFirstStep, whyNot } from "./first-step.ts";
import { insertFrom } from "./insert-from.ts";
import type { SendCaps } from "./queue-message.ts";
import { accountColumns } from "./rows.ts";
import { accounts, loginCodes, sessions } from "./schema.ts";
import { isHeldBy, stillGood } from "./sessions.ts";

export function loginCodeStorage(db: Database, caps: SendCaps) {
  return {
    /** Stores a code for an identity whose first step holds, and does what that step brings with it. */
    async issueForIdentity(step: FirstStep, provider: string, code: LoginCodeDraft) {
      const results = await db.batch([
        readLock(db, step.lockKey),
        ...takeFirstStep(db, caps, step),
        insertFrom(
          db,
          loginCodes,
          { ...code, accountId: step.accountId, provider, sessionId: null, claim: null },
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

    /** Stores a code for a session that lives and is held, of an active account that has not that many waiting already. */
    async issueForSession(
      { sessionId, generation }: HeldSession,
      code: LoginCodeDraft,
      most: number,
    ): Promise<"issued" | "too_many" | "not_held"> {
      const now = code.createdAt;
      const isHeld = and(
        eq(sessions.id, sessionId),
        isHeldBy(generation, now),
        stillGood(now),
        ownerIsActive(db, sessions.accountId),
      );
      const waiting = db
        .select({ n: count() })
        .from(loginCodes)
        .where(and(eq(loginCodes.accountId, sessions.accountId), gt(loginCodes.expiresAt, now)));
      const row = { ...code, accountId: sessions.accountId, provider: null, sessionId, claim: null };
      const [issued, held] = await db.batch([
        insertFrom(db, loginCodes, row, sessions, and(isHeld, sql`${waiting} < ${most}`)).returning({
          codeHash: loginCodes.codeHash,
        }),
        db.select({ id: sessions.id }).from(sessions).where(isHeld),
      ]);
      if (issued.length > 0) return "issued";
      return held.length > 0 ? "too_many" : "not_held";
    },

    /** The code by that hash, if it is still good, with its account, and its session if it has one. Changes nothing. */
    async findLive(codeHash: string, now: number): Promise<LiveCode | null> {
      const [row] = await db
        .select({
          origin: loginCodes.origin,
          codeChallenge: loginCodes.codeChallenge,
          // Families are one deep: what an app's session asks for goes to the one that it follows itself.
          parentId: sql<string>`coalesce(${sessions.parentId}, ${sessions.id})`.as("parent_id"),
          amr: sessions.amr,
          parentExpiresAt: sql<number>`${sessions.expiresAt}`.as("parent_expires_at"),
          id: accounts.id,
          ...accountColumns,
          loginOtp: accounts.loginOtp,
          devicesKnownSince: accounts.devicesKnownSince,
        })
        .from(loginCodes)
        .innerJoin(accounts, eq(accounts.id, loginCodes.accountId))
        .leftJoin(sessions, and(eq(sessions.id, loginCodes.sessionId), stillGood(now)))
        .where(
          and(
            eq(loginCodes.codeHash, codeHash),
            isNull(loginCodes.claim),
            gt(loginCodes.expiresAt, now),
            or(isNull(loginCodes.sessionId), isNotNull(sessions.id)),
          ),
        );
      if (!row) return null;
      const {
        origin,
        codeChallenge,
        loginOtp,
        devicesKnownSince,
        parentId,
        amr,
        parentExpiresAt,
        ...account
      } = row;
      const parent = amr === null ? null : { id: parentId, amr, expiresAt: parentExpiresAt };
      return { origin, codeChallenge, account, loginOtp, devicesKnownSince, parent };
    },
  };
}
