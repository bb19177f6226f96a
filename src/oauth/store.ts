import { and, count, eq, gt, isNotNull, isNull, or, sql } from "drizzle-orm";
import { accountColumns } from "../accounts/statements.ts";
import type { FirstFactorGrant } from "../authentication/first-factor.ts";
import { readLockout } from "../authentication/lockout/statements.ts";
import { consumeFirstFactor, failureReason, firstFactorStillValid } from "../authentication/statements.ts";
import type { Database } from "../db/database.ts";
import { insertFrom } from "../db/insert-from.ts";
import { accountIsActive } from "../db/predicates.ts";
import { accounts, authorizationCodes, sessions } from "../db/schema.ts";
import type { SendCaps } from "../messaging/outbox/statements.ts";
import { isHeldBy, stillGood } from "../sessions/statements.ts";
import type { HeldSession, NewAuthorizationCode } from "./authorization-code.ts";
import type { LiveAuthorizationCode } from "./live-authorization-code.ts";

export function authorizationCodeStore(db: Database, caps: SendCaps) {
  return {
    /** Stores a code for an identity whose first step holds, and does what that step brings with it. */
    async issueForIdentity(step: FirstFactorGrant, provider: string, code: NewAuthorizationCode) {
      const results = await db.batch([
        readLockout(db, step.lockoutKey),
        ...consumeFirstFactor(db, caps, step),
        insertFrom(
          db,
          authorizationCodes,
          { ...code, accountId: step.accountId, provider, sessionId: null, claim: null },
          accounts,
          firstFactorStillValid(db, step),
        ),
        db
          .select({ codeHash: authorizationCodes.codeHash })
          .from(authorizationCodes)
          .where(eq(authorizationCodes.codeHash, code.codeHash)),
      ]);
      const issued = results.at(-1) as unknown[];
      return issued.length > 0 ? ({ kind: "issued" } as const) : failureReason(step, results[0]);
    },

    /** Stores a code for a session that lives and is held, of an active account that has not that many waiting already. */
    async issueForSession(
      { sessionId, generation }: HeldSession,
      code: NewAuthorizationCode,
      most: number,
    ): Promise<"issued" | "too_many" | "not_held"> {
      const now = code.createdAt;
      const isHeld = and(
        eq(sessions.id, sessionId),
        isHeldBy(generation, now),
        stillGood(now),
        accountIsActive(db, sessions.accountId),
      );
      const waiting = db
        .select({ n: count() })
        .from(authorizationCodes)
        .where(
          and(eq(authorizationCodes.accountId, sessions.accountId), gt(authorizationCodes.expiresAt, now)),
        );
      const row = { ...code, accountId: sessions.accountId, provider: null, sessionId, claim: null };
      const [issued, held] = await db.batch([
        insertFrom(db, authorizationCodes, row, sessions, and(isHeld, sql`${waiting} < ${most}`)).returning({
          codeHash: authorizationCodes.codeHash,
        }),
        db.select({ id: sessions.id }).from(sessions).where(isHeld),
      ]);
      if (issued.length > 0) return "issued";
      return held.length > 0 ? "too_many" : "not_held";
    },

    /** The code by that hash, if it is still good, with its account, and its session if it has one. Changes nothing. */
    async findLive(codeHash: string, now: number): Promise<LiveAuthorizationCode | null> {
      const [row] = await db
        .select({
          origin: authorizationCodes.origin,
          codeChallenge: authorizationCodes.codeChallenge,
          // Families are one deep: what an app's session asks for goes to the one that it follows itself.
          parentId: sql<string>`coalesce(${sessions.parentId}, ${sessions.id})`.as("parent_id"),
          amr: sessions.amr,
          parentExpiresAt: sql<number>`${sessions.expiresAt}`.as("parent_expires_at"),
          id: accounts.id,
          ...accountColumns,
          loginOtp: accounts.loginOtp,
          devicesKnownSince: accounts.devicesKnownSince,
        })
        .from(authorizationCodes)
        .innerJoin(accounts, eq(accounts.id, authorizationCodes.accountId))
        .leftJoin(sessions, and(eq(sessions.id, authorizationCodes.sessionId), stillGood(now)))
        .where(
          and(
            eq(authorizationCodes.codeHash, codeHash),
            isNull(authorizationCodes.claim),
            gt(authorizationCodes.expiresAt, now),
            or(isNull(authorizationCodes.sessionId), isNotNull(sessions.id)),
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
