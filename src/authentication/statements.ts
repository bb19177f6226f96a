import { and, eq, exists, gte, isNotNull, isNull, notExists, type SQL, sql } from "drizzle-orm";
import type { Database } from "../db/database.ts";
import { accounts, authorizationCodes, identities, sessions } from "../db/schema.ts";
import type { SendCaps } from "../messaging/outbox/statements.ts";
import { sessionIsLive } from "../sessions/statements.ts";
import type { ChildSessionGrant, FirstFactorGrant, SessionGrant } from "./first-factor.ts";
import { lockoutOf } from "./lockout/statements.ts";
import type { IdentityKey } from "./social/identity.ts";
import { attachIdentity } from "./social/statements.ts";

/** The statements that run before `firstFactorStillValid`: they attach an identity, or consume a code. */
export function consumeFirstFactor(db: Database, caps: SendCaps, grant: SessionGrant) {
  switch (grant.by) {
    case "password":
      return [];
    case "identity":
      return attachIdentity(db, caps, grant);
    case "code":
    case "session":
      return [
        db
          .update(authorizationCodes)
          .set({ claim: grant.claim })
          .where(and(eq(authorizationCodes.codeHash, grant.codeHash), isNull(authorizationCodes.claim))),
      ];
  }
}

/** The condition of every row that a grant opens: the account has not changed since the verification. */
export function firstFactorStillValid(db: Database, grant: SessionGrant): SQL | undefined {
  const isActive = and(eq(accounts.id, grant.accountId), eq(accounts.status, "active"));
  if (grant.by === "password") return and(isActive, eq(accounts.passwordHash, grant.checkedHash));
  const isVerified = and(isActive, isNotNull(accounts.emailVerifiedAt));
  if (grant.by === "session") return and(isVerified, hasConsumedSessionCode(db, grant));
  return and(
    isVerified,
    grant.by === "identity" ? hasIdentity(db, grant.attachment.key) : hasConsumedCode(db, grant),
    // Without a password no attempt was reserved, so the lockout is checked only here (ASVS 6.3.4).
    notExists(lockoutOf(db, grant.lockoutKey, grant.now)),
  );
}

/** Replaces an outdated hash of the verified password by one under the current cost and pepper. */
export const storeRehash = (db: Database, grant: SessionGrant) =>
  grant.by === "password" && grant.rehash !== null
    ? [db.update(accounts).set({ passwordHash: grant.rehash }).where(firstFactorStillValid(db, grant))]
    : [];

/**
 * Why a grant opened nothing. `lockout`: the row as it was before the batch. For a password the lockout was
 * checked when the attempt was reserved.
 */
export function failureReason(grant: SessionGrant, lockout: readonly { lockedUntil: number }[]) {
  const until = lockout[0]?.lockedUntil ?? 0;
  return grant.by !== "password" && grant.by !== "session" && until > grant.now
    ? ({ kind: "locked", until } as const)
    : ({ kind: "changed_meanwhile" } as const);
}

const hasIdentity = (db: Database, { provider, subject }: IdentityKey): SQL =>
  exists(
    db
      .select({ one: sql`1` })
      .from(identities)
      .where(
        and(
          eq(identities.provider, provider),
          eq(identities.subject, subject),
          eq(identities.accountId, accounts.id),
        ),
      ),
  );

/** This exchange consumed the code, and the identity that the code was issued for is still linked. */
const hasConsumedCode = (db: Database, grant: Extract<FirstFactorGrant, { by: "code" }>): SQL =>
  exists(
    db
      .select({ one: sql`1` })
      .from(authorizationCodes)
      .innerJoin(
        identities,
        and(
          eq(identities.accountId, authorizationCodes.accountId),
          eq(identities.provider, authorizationCodes.provider),
        ),
      )
      .where(
        and(
          eq(authorizationCodes.codeHash, grant.codeHash),
          eq(authorizationCodes.claim, grant.claim),
          eq(authorizationCodes.accountId, accounts.id),
          // A password reset after the code was issued voids the code.
          gte(authorizationCodes.createdAt, accounts.devicesKnownSince),
        ),
      ),
  );

/** This exchange consumed the code, and the session that the code was issued to is still live. */
const hasConsumedSessionCode = (db: Database, grant: ChildSessionGrant): SQL =>
  exists(
    db
      .select({ one: sql`1` })
      .from(authorizationCodes)
      .innerJoin(sessions, eq(sessions.id, authorizationCodes.sessionId))
      .where(
        and(
          eq(authorizationCodes.codeHash, grant.codeHash),
          eq(authorizationCodes.claim, grant.claim),
          eq(sessions.accountId, accounts.id),
          sessionIsLive(grant.now),
        ),
      ),
  );
