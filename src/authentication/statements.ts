import { and, eq, exists, gte, isNotNull, isNull, notExists, type SQL, sql } from "drizzle-orm";
import type { Database } from "../db/database.ts";
import { accounts, authorizationCodes, identities, sessions } from "../db/schema.ts";
import type { SendCaps } from "../messaging/outbox/statements.ts";
import { stillGood } from "../sessions/statements.ts";
import type { ChildSessionGrant, FirstFactorGrant } from "./first-factor.ts";
import { lockoutOf } from "./lockout/statements.ts";
import type { IdentityKey } from "./social/identity.ts";
import { attachIdentity } from "./social/statements.ts";

/** What a session may be opened on. */
export type Grounds = FirstFactorGrant | ChildSessionGrant;

/** What they do before anything hangs on them: an identity joins its account, a code is spent. */
export function consumeFirstFactor(db: Database, caps: SendCaps, step: Grounds) {
  switch (step.by) {
    case "password":
      return [];
    case "identity":
      return attachIdentity(db, caps, step);
    case "code":
    case "session":
      return [
        db
          .update(authorizationCodes)
          .set({ claim: step.claim })
          .where(and(eq(authorizationCodes.codeHash, step.codeHash), isNull(authorizationCodes.claim))),
      ];
  }
}

/** The account is still what the step found: the condition of whatever opens for it. */
export function firstFactorStillValid(db: Database, step: Grounds): SQL | undefined {
  const own = and(eq(accounts.id, step.accountId), eq(accounts.status, "active"));
  if (step.by === "password") return and(own, eq(accounts.passwordHash, step.checkedHash));
  const proven = and(own, isNotNull(accounts.emailVerifiedAt));
  if (step.by === "session") return and(proven, hasSpentSessionCode(db, step));
  return and(
    proven,
    step.by === "identity" ? hasIdentity(db, step.attachment.key) : hasSpentCode(db, step),
    // Nobody was asked for a password, so nobody has looked at its lock yet (ASVS 6.3.4).
    notExists(lockoutOf(db, step.lockoutKey, step.now)),
  );
}

/** The password that was right, under today's cost and pepper. */
export const storeRehash = (db: Database, step: Grounds) =>
  step.by === "password" && step.rehash !== null
    ? [db.update(accounts).set({ passwordHash: step.rehash }).where(firstFactorStillValid(db, step))]
    : [];

/** Why nothing opened. `lock`: as it was before; a password's was looked at when it was counted. */
export function failureReason(step: Grounds, lock: readonly { lockedUntil: number }[]) {
  const until = lock[0]?.lockedUntil ?? 0;
  return step.by !== "password" && step.by !== "session" && until > step.now
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

/** Spent by this very exchange, and given for an identity that is still there. */
const hasSpentCode = (db: Database, step: Extract<FirstFactorGrant, { by: "code" }>): SQL =>
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
          eq(authorizationCodes.codeHash, step.codeHash),
          eq(authorizationCodes.claim, step.claim),
          eq(authorizationCodes.accountId, accounts.id),
          // A reset in between made strangers of all who came before it.
          gte(authorizationCodes.createdAt, accounts.devicesKnownSince),
        ),
      ),
  );

/** Spent by this very exchange, and given to a session that still lives. */
const hasSpentSessionCode = (db: Database, step: ChildSessionGrant): SQL =>
  exists(
    db
      .select({ one: sql`1` })
      .from(authorizationCodes)
      .innerJoin(sessions, eq(sessions.id, authorizationCodes.sessionId))
      .where(
        and(
          eq(authorizationCodes.codeHash, step.codeHash),
          eq(authorizationCodes.claim, step.claim),
          eq(sessions.accountId, accounts.id),
          stillGood(step.now),
        ),
      ),
  );
