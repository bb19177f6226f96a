import { and, eq, exists, gte, isNotNull, isNull, notExists, type SQL, sql } from "drizzle-orm";
import type { IdentityKey } from "../identities/identity.ts";
import type { FirstStep, FollowedSession } from "../sign-in/first-step.ts";
import { lockOf } from "./attempt-counters.ts";
import type { Database } from "./database.ts";
import { joinAccount } from "./join-account.ts";
import type { SendCaps } from "./queue-message.ts";
import { accounts, identities, loginCodes, sessions } from "./schema.ts";
import { stillGood } from "./sessions.ts";

/** What a session may be opened on. */
export type Grounds = FirstStep | FollowedSession;

/** What they do before anything hangs on them: an identity joins its account, a code is spent. */
export function takeFirstStep(db: Database, caps: SendCaps, step: Grounds) {
  switch (step.by) {
    case "password":
      return [];
    case "identity":
      return joinAccount(db, caps, step);
    case "code":
    case "session":
      return [
        db
          .update(loginCodes)
          .set({ claim: step.claim })
          .where(and(eq(loginCodes.codeHash, step.codeHash), isNull(loginCodes.claim))),
      ];
  }
}

/** The account is still what the step found: the condition of whatever opens for it. */
export function stillProven(db: Database, step: Grounds): SQL | undefined {
  const own = and(eq(accounts.id, step.accountId), eq(accounts.status, "active"));
  if (step.by === "password") return and(own, eq(accounts.passwordHash, step.checkedHash));
  const proven = and(own, isNotNull(accounts.emailVerifiedAt));
  if (step.by === "session") return and(proven, hasSpentSessionCode(db, step));
  return and(
    proven,
    step.by === "identity" ? hasIdentity(db, step.joining.key) : hasSpentCode(db, step),
    // Nobody was asked for a password, so nobody has looked at its lock yet (ASVS 6.3.4).
    notExists(lockOf(db, step.lockKey, step.now)),
  );
}

/** The password that was right, under today's cost and pepper. */
export const rehashed = (db: Database, step: Grounds) =>
  step.by === "password" && step.rehash !== null
    ? [db.update(accounts).set({ passwordHash: step.rehash }).where(stillProven(db, step))]
    : [];

/** Why nothing opened. `lock`: as it was before; a password's was looked at when it was counted. */
export function whyNot(step: Grounds, lock: readonly { lockedUntil: number }[]) {
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
const hasSpentCode = (db: Database, step: Extract<FirstStep, { by: "code" }>): SQL =>
  exists(
    db
      .select({ one: sql`1` })
      .from(loginCodes)
      .innerJoin(
        identities,
        and(eq(identities.accountId, loginCodes.accountId), eq(identities.provider, loginCodes.provider)),
      )
      .where(
        and(
          eq(loginCodes.codeHash, step.codeHash),
          eq(loginCodes.claim, step.claim),
          eq(loginCodes.accountId, accounts.id),
          // A reset in between made strangers of all who came before it.
          gte(loginCodes.createdAt, accounts.devicesKnownSince),
        ),
      ),
  );

/** Spent by this very exchange, and given to a session that still lives. */
const hasSpentSessionCode = (db: Database, step: FollowedSession): SQL =>
  exists(
    db
      .select({ one: sql`1` })
      .from(loginCodes)
      .innerJoin(sessions, eq(sessions.id, loginCodes.sessionId))
      .where(
        and(
          eq(loginCodes.codeHash, step.codeHash),
          eq(loginCodes.claim, step.claim),
          eq(sessions.accountId, accounts.id),
          stillGood(step.now),
        ),
      ),
  );
