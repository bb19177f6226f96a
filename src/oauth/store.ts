import { and, count, eq, gt, isNotNull, isNull, or, sql } from "drizzle-orm";
import { accountColumns } from "../accounts/statements.ts";
import type { FirstFactorGrant } from "../authentication/first-factor.ts";
import { deviceCreatedAt } from "../authentication/known-devices/statements.ts";
import { readLockout } from "../authentication/lockout/attempt-counter-statements.ts";
import { enabledFactors } from "../authentication/second-factor/statements.ts";
import { consumeFirstFactor, failureReason, firstFactorStillValid } from "../authentication/statements.ts";
import type { Database } from "../db/database.ts";
import { insertFrom } from "../db/insert-select.ts";
import { accountIsActive } from "../db/predicates.ts";
import { runBatch } from "../db/run-batch.ts";
import { accounts, authorizationCodes, sessions } from "../db/schema.ts";
import type { SendCaps } from "../messaging/outbox/statements.ts";
import { generationIsAccepted, sessionIsLive } from "../sessions/statements.ts";
import type { LiveAuthorizationCode, NewAuthorizationCode, PresentedSession } from "./authorization-code.ts";

export type AuthorizationCodeStore = ReturnType<typeof authorizationCodeStore>;

export function authorizationCodeStore(db: Database, caps: SendCaps) {
  return {
    /** Stores a code for an identity, if the first factor is still valid, and consumes that factor. */
    async issueForIdentity(grant: FirstFactorGrant, provider: string, code: NewAuthorizationCode) {
      const { lockout, issued } = await runBatch(db, {
        lockout: readLockout(db, grant.lockoutKey),
        firstFactor: consumeFirstFactor(db, caps, grant),
        code: insertFrom(
          db,
          authorizationCodes,
          { ...code, accountId: grant.accountId, provider, sessionId: null, claim: null },
          accounts,
          firstFactorStillValid(db, grant),
        ),
        issued: db
          .select({ codeHash: authorizationCodes.codeHash })
          .from(authorizationCodes)
          .where(eq(authorizationCodes.codeHash, code.codeHash)),
      });
      return issued.length > 0 ? ({ kind: "issued" } as const) : failureReason(grant, lockout);
    },

    /** Stores a code for a live session whose refresh token is valid, if its active account has fewer than `most` live codes. */
    async issueForSession(
      { sessionId, generation }: PresentedSession,
      code: NewAuthorizationCode,
      most: number,
    ): Promise<"issued" | "too_many" | "not_held"> {
      const now = code.createdAt;
      const isHeld = and(
        eq(sessions.id, sessionId),
        generationIsAccepted(generation, now),
        sessionIsLive(now),
        accountIsActive(db, sessions.accountId),
      );
      const liveCodes = db
        .select({ n: count() })
        .from(authorizationCodes)
        .where(
          and(eq(authorizationCodes.accountId, sessions.accountId), gt(authorizationCodes.expiresAt, now)),
        );
      const row = { ...code, accountId: sessions.accountId, provider: null, sessionId, claim: null };
      const { issued, held } = await runBatch(db, {
        issued: insertFrom(
          db,
          authorizationCodes,
          row,
          sessions,
          and(isHeld, sql`${liveCodes} < ${most}`),
        ).returning({
          codeHash: authorizationCodes.codeHash,
        }),
        held: db.select({ id: sessions.id }).from(sessions).where(isHeld),
      });
      if (issued.length > 0) return "issued";
      return held.length > 0 ? "too_many" : "not_held";
    },

    /** The code with that hash, if it is neither used nor expired, with its account and session. Reads only. */
    async findLive(
      codeHash: string,
      deviceId: string | null,
      now: number,
    ): Promise<LiveAuthorizationCode | null> {
      const [row] = await db
        .select({
          origin: authorizationCodes.origin,
          codeChallenge: authorizationCodes.codeChallenge,
          // Child sessions have no children: a code of a child session depends on its parent.
          parentId: sql<string>`coalesce(${sessions.parentId}, ${sessions.id})`.as("parent_id"),
          amr: sessions.amr,
          authTime: sql<number>`coalesce(${sessions.authTime}, ${sessions.createdAt})`.as("auth_time"),
          parentExpiresAt: sql<number>`${sessions.expiresAt}`.as("parent_expires_at"),
          id: accounts.id,
          ...accountColumns,
          enabledFactors: enabledFactors(db),
          devicesKnownSince: accounts.devicesKnownSince,
          deviceCreatedAt: deviceCreatedAt(db, deviceId),
        })
        .from(authorizationCodes)
        .innerJoin(accounts, eq(accounts.id, authorizationCodes.accountId))
        .leftJoin(sessions, and(eq(sessions.id, authorizationCodes.sessionId), sessionIsLive(now)))
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
        enabledFactors: enabled,
        devicesKnownSince,
        deviceCreatedAt: createdAt,
        parentId,
        amr,
        authTime,
        parentExpiresAt,
        ...account
      } = row;
      const parent = amr === null ? null : { id: parentId, amr, authTime, expiresAt: parentExpiresAt };
      const device = { devicesKnownSince, deviceCreatedAt: createdAt };
      return { origin, codeChallenge, account, enabledFactors: enabled, ...device, parent };
    },
  };
}
