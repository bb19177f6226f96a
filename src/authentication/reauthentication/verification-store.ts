import { and, eq, exists, type SQL, sql } from "drizzle-orm";
import type { Database } from "../../db/database.ts";
import { runBatch } from "../../db/run-batch.ts";
import { factors, oneTimeCodes, sessions } from "../../db/schema.ts";
import type { CurrentSession } from "../../sessions/session.ts";
import { readLockout, releaseAttempt, reserveAttempt } from "../lockout/attempt-counter-statements.ts";
import {
  type ChallengeAttempt,
  codeWasCorrect,
  consumeChallenge,
  countAttempt,
  countWrongCode,
  isOpenAttempt,
} from "../one-time-codes/statements.ts";
import type { FactorState, Verified } from "../second-factor/second-factor.ts";
import { consumeVerified, isStillVerified, selectFactorState } from "../second-factor/statements.ts";
import type { SessionChange } from "./proof.ts";
import { type AccountFacts, changedColumns, reauthenticationStillValid, selectFacts } from "./statements.ts";

type Attempt = {
  readonly session: CurrentSession;
  /** Null: the answer belongs to no challenge. */
  readonly challenge: ChallengeAttempt | null;
  readonly lockoutKey: string;
  readonly now: number;
};

/** An open challenge of the same account and device. */
export type OpenChallenge = {
  readonly factorKind: string;
  readonly codeHash: string;
  /** What its first factor proved, space-separated. */
  readonly amr: string;
};

type CountedAttempt = {
  /** A lockout refused the attempt. */
  readonly isRefused: boolean;
  /** The instant (ms) at which the lockout ends that refused the attempt or started with it. 0: none. */
  readonly lockedUntil: number;
  readonly facts: AccountFacts | null;
  readonly state: FactorState;
  /** Null: none was named, or it takes no further answer. */
  readonly challenge: OpenChallenge | null;
};

type VerifiedAttempt = Attempt & {
  readonly verified: Verified;
  readonly factorKind: string;
  readonly change: SessionChange;
  /** Whether it ends the restriction of the session to the enrolment of a second factor. */
  readonly liftsRestriction: boolean;
};

export type ReauthenticationVerificationStore = ReturnType<typeof reauthenticationVerificationStore>;

const one = { one: sql`1` };

export const reauthenticationVerificationStore = (db: Database) => ({
  /** Counts an attempt for the challenge and for the lockout, before it is evaluated, and reads what that needs. */
  async count({ session, challenge, lockoutKey, now }: Attempt): Promise<CountedAttempt> {
    const { sessionId, account, deviceId } = session;
    // An absent challenge runs the same statements.
    const answer = { ...(challenge ?? NO_CHALLENGE), purpose: "reauthentication", now } as const;
    const isOwn = and(
      eq(oneTimeCodes.accountId, account.id),
      // The first factor was proven on this device.
      sql`${oneTimeCodes.deviceId} IS ${deviceId}`,
    );
    const { before, lockout, facts, challenges, ...state } = await runBatch(db, {
      before: readLockout(db, lockoutKey),
      // An answer to a challenge that takes no more of them cannot be right, and does not count.
      attempt:
        challenge === null
          ? [reserveAttempt(db, { key: lockoutKey, accountId: account.id, now })]
          : [countAttempt(db, answer, isOwn), countWrongCode(db, answer)],
      lockout: readLockout(db, lockoutKey),
      facts: selectFacts(db, account.id),
      challenges: db
        .select({
          factorKind: oneTimeCodes.factorKind,
          codeHash: oneTimeCodes.codeHash,
          amr: oneTimeCodes.amr,
        })
        .from(oneTimeCodes)
        .where(isOpenAttempt(answer)),
      ...selectFactorState(db, { accountId: account.id, subjectId: sessionId, now }),
    });
    return {
      isRefused: (before[0]?.lockedUntil ?? 0) > now,
      lockedUntil: lockout[0]?.lockedUntil ?? 0,
      facts: facts[0] ?? null,
      state: {
        factors: state.factors,
        recoveryCodes: state.recoveryCodes,
        webauthnChallenges: state.webauthnChallenges,
      },
      challenge: challenges[0] ?? null,
    };
  },

  /** Records the reauthentication in its session and uses what it was verified by. False: that is not valid any more. */
  async record(attempt: VerifiedAttempt): Promise<boolean> {
    const { session, challenge, lockoutKey, verified, factorKind, change, liftsRestriction, now } = attempt;
    const accountId = session.account.id;
    const proof = { sessionId: session.sessionId, at: now };
    const isLive = exists(
      db
        .select(one)
        .from(sessions)
        .where(reauthenticationStillValid(db, proof, now)),
    );
    const challengeIs = (condition: (attempt: ChallengeAttempt) => SQL | undefined) =>
      challenge === null ? undefined : exists(db.select(one).from(oneTimeCodes).where(condition(challenge)));
    const isValid = and(isLive, isStillVerified(db, accountId, verified, now), challengeIs(isOpenAttempt));
    const { recorded } = await runBatch(db, {
      recorded: db
        .update(sessions)
        .set({ ...changedColumns(change), ...(liftsRestriction ? { restriction: null } : {}) })
        .where(and(eq(sessions.id, session.sessionId), isValid))
        .returning({ id: sessions.id }),
      attempt: [releaseAttempt(db, lockoutKey, isValid)],
      factor: [
        db
          .update(factors)
          .set({ lastUsedAt: now })
          .where(
            and(
              eq(factors.accountId, accountId),
              verified.factorId === null
                ? sql`${factors.kind} = ${factorKind}`
                : eq(factors.id, verified.factorId),
              isValid,
            ),
          ),
      ],
      // Last, since they make the condition of the others false.
      challenge: challenge === null ? [] : [consumeChallenge(db, challenge, now, isValid)],
      consumption: consumeVerified(db, accountId, verified, {
        where: and(isLive, challengeIs(codeWasCorrect)) ?? isLive,
        now,
      }),
    });
    return recorded.length > 0;
  },

  /** Takes back an attempt that was not evaluated. */
  async release(lockoutKey: string): Promise<void> {
    await releaseAttempt(db, lockoutKey);
  },
});

const NO_CHALLENGE: ChallengeAttempt = { challengeId: "", attempt: "" };
