import { and, count, eq, gt, isNotNull, isNull, or, sql } from "drizzle-orm";
import { accountColumns } from "../accounts/statements.ts";
import type { FirstFactorGrant } from "../authentication/first-factor.ts";
import { deviceCreatedAt } from "../authentication/known-devices/statements.ts";
import { voidOneTimeCodes } from "../authentication/one-time-codes/statements.ts";
import { enabledFactors } from "../authentication/second-factor/statements.ts";
import {
  consumeFirstFactor,
  failureReason,
  firstFactorStillValid,
  readCircumstances,
} from "../authentication/statements.ts";
import type { Database } from "../db/database.ts";
import { insertFrom } from "../db/insert-select.ts";
import { accountIsActive } from "../db/predicates.ts";
import { runBatch } from "../db/run-batch.ts";
import { accounts, authorizationCodes, oneTimeCodes, sessions } from "../db/schema.ts";
import type { SendCaps } from "../messaging/outbox/statements.ts";
import { generationIsAccepted, isOwnSession, sessionIsLive } from "../sessions/statements.ts";
import type { FoundAuthorizationCode, NewAuthorizationCode, PresentedSession } from "./authorization-code.ts";

export type AuthorizationCodeStore = ReturnType<typeof authorizationCodeStore>;

export function authorizationCodeStore(db: Database, caps: SendCaps) {
  return {
    /** Stores a code for an identity, if the first factor is still valid, and consumes that factor. */
    async issueForIdentity(grant: FirstFactorGrant, provider: string, code: NewAuthorizationCode) {
      const { issued } = await runBatch(db, {
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
      if (issued.length > 0) return { kind: "issued" } as const;
      return failureReason(grant, await runBatch(db, readCircumstances(db, grant)));
    },

    /**
     * Stores a code for a live session of this service whose refresh token is valid, if its active account has fewer
     * than `most` live codes.
     */
    async issueForSession(
      { sessionId, generation, ownAudience }: PresentedSession,
      code: NewAuthorizationCode,
      most: number,
    ): Promise<"issued" | "too_many" | "not_held"> {
      const now = code.createdAt;
      const isHeld = and(
        eq(sessions.id, sessionId),
        generationIsAccepted(generation, now),
        sessionIsLive(now),
        isOwnSession(ownAudience),
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

    /** The code with that hash, if it has not expired, with its account and its session, if that is live. Reads only. */
    async find(
      codeHash: string,
      deviceId: string | null,
      now: number,
    ): Promise<FoundAuthorizationCode | null> {
      const [row] = await db
        .select({
          origin: authorizationCodes.origin,
          codeChallenge: authorizationCodes.codeChallenge,
          claim: authorizationCodes.claim,
          parentId: sql<string>`${sessions.id}`.as("parent_id"),
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
            gt(authorizationCodes.expiresAt, now),
            or(
              isNotNull(authorizationCodes.claim),
              isNull(authorizationCodes.sessionId),
              isNotNull(sessions.id),
            ),
          ),
        );
      if (!row) return null;
      const {
        origin,
        codeChallenge,
        claim,
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
      return { origin, codeChallenge, claim, account, enabledFactors: enabled, ...device, parent };
    },

    /** Voids the challenge that the code has opened. Returns the session that it has opened, which may have ended. */
    async voidOpened(codeHash: string): Promise<{ sessionId: string; accountId: string } | null> {
      const isOfCode = eq(authorizationCodes.codeHash, codeHash);
      const column = (name: "accountId" | "claim") =>
        db.select({ value: authorizationCodes[name] }).from(authorizationCodes).where(isOfCode);
      const { opened } = await runBatch(db, {
        challenge: [
          voidOneTimeCodes(
            db,
            sql`${oneTimeCodes.accountId} = ${column("accountId")} AND ${oneTimeCodes.purpose} = 'login' AND ${oneTimeCodes.codeClaim} = ${column("claim")}`,
          ),
        ],
        opened: db
          .select({ sessionId: sessions.id, accountId: sessions.accountId })
          .from(sessions)
          .where(sql`${sessions.codeClaim} = ${column("claim")}`),
      });
      return opened[0] ?? null;
    },
  };
}
