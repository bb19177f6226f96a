import { and, eq, exists, sql } from "drizzle-orm";
import type { Account } from "../../accounts/account.ts";
import { accountColumns } from "../../accounts/statements.ts";
import type { NewAuditEvent } from "../../admin/audit-log/audit-event.ts";
import { auditRow } from "../../admin/audit-log/statements.ts";
import type { Database } from "../../db/database.ts";
import { insertFrom } from "../../db/insert-select.ts";
import { maySignIn } from "../../db/predicates.ts";
import { runBatch } from "../../db/run-batch.ts";
import { accounts, auditEvents, oneTimeCodes } from "../../db/schema.ts";
import type { NewMessage } from "../../messaging/outbox/message.ts";
import {
  AFTER_PASSWORD_LIMITS,
  HOURLY_LIMIT,
  isInOutbox,
  queueMessage,
  type SendCaps,
  TEXT_AFTER_PASSWORD_LIMITS,
} from "../../messaging/outbox/statements.ts";
import { countsAttempts } from "../factors.ts";
import type { FirstFactorGrant } from "../first-factor.ts";
import { lockoutOf, releaseAttempt } from "../lockout/attempt-counter-statements.ts";
import { recordFailedAnswer } from "../lockout/failed-sign-in-statements.ts";
import type { NewOneTimeCodeChallenge } from "../one-time-codes/one-time-code.ts";
import {
  type ChallengeAttempt,
  countAttempt,
  countWrongCode,
  isOpenAttempt,
  lockoutOfCode,
  oneTimeCodeRow,
  voidOneTimeCodes,
} from "../one-time-codes/statements.ts";
import type { GrantFailure } from "../session-opener.ts";
import {
  consumeFirstFactor,
  failureReason,
  firstFactorStillValid,
  readCircumstances,
  storeRehash,
} from "../statements.ts";
import type { CountedChallenge, VerifiedChallenge } from "./challenge.ts";
import { openSession } from "./opening-statements.ts";
import { factorFacts, selectFactorState } from "./statements.ts";

type CreateChallengeInput = {
  readonly grant: FirstFactorGrant;
  readonly challenge: NewOneTimeCodeChallenge;
  /** The message that carries the code. Null for a factor that sends nothing. */
  readonly mail: NewMessage | null;
};

type CreateChallengeResult = { readonly kind: "opened" | "send_cap" } | GrantFailure;

/**
 * `lockedUntil`: the instant (ms) at which the lockout ends that this attempt started, if it did; a correct
 * answer lifts it. `until`: that of a lockout which refused the attempt.
 */
type AttemptCounted =
  | { readonly kind: "counted"; readonly challenge: CountedChallenge; readonly lockedUntil: number }
  | { readonly kind: "refused" }
  | { readonly kind: "locked"; readonly until: number };

export type SecondFactorStore = ReturnType<typeof secondFactorStore>;

export function secondFactorStore(db: Database, caps: SendCaps) {
  return {
    /** Replaces any earlier challenge of the account. `send_cap`: no code may be sent now. */
    async createChallenge({ grant, challenge, mail }: CreateChallengeInput): Promise<CreateChallengeResult> {
      const { accountId, now } = grant;
      const isValid = firstFactorStillValid(db, grant);
      const validAccount = db.select({ id: accounts.id }).from(accounts).where(isValid);
      const isSent = and(isValid, mail === null ? undefined : isInOutbox(db, mail));
      const mayCreate = db.select({ one: sql`1` }).from(accounts).where(isSent);
      const { created, found } = await runBatch(db, {
        firstFactor: consumeFirstFactor(db, caps, grant),
        mail:
          mail === null
            ? []
            : queueMessage(db, {
                message: mail,
                accountId,
                now,
                limits: mail.channel === "sms" ? TEXT_AFTER_PASSWORD_LIMITS : AFTER_PASSWORD_LIMITS,
                caps,
                source: accounts,
                where: isValid,
              }),
        challenge: [
          voidOneTimeCodes(
            db,
            sql`${oneTimeCodes.accountId} = ${accountId} AND ${oneTimeCodes.purpose} = ${challenge.purpose} AND EXISTS ${mayCreate}`,
          ),
          insertFrom(db, oneTimeCodes, oneTimeCodeRow(challenge, accountId), accounts, isSent),
        ],
        found: validAccount,
        created: db
          .select({ id: oneTimeCodes.id })
          .from(oneTimeCodes)
          .where(eq(oneTimeCodes.id, challenge.id)),
        attempt: countsAttempts(grant) ? [releaseAttempt(db, grant.lockoutKey, exists(validAccount))] : [],
        rehash: storeRehash(db, grant),
      });
      if (created.length > 0) return { kind: "opened" };
      if (found.length > 0) return { kind: "send_cap" };
      return failureReason(grant, await runBatch(db, readCircumstances(db, grant)));
    },

    /**
     * Counts an attempt for the challenge and for the lockout, before it is evaluated, and reads what its evaluation
     * needs. An unknown challenge runs the same statements.
     */
    async countAttempt(
      attempt: ChallengeAttempt,
      failure: NewAuditEvent,
      now: number,
    ): Promise<AttemptCounted> {
      const answer = { ...attempt, purpose: "login", now } as const;
      const isCounted = and(
        eq(oneTimeCodes.id, attempt.challengeId),
        eq(oneTimeCodes.attempt, attempt.attempt),
      );
      const accountId = sql`(${db.select({ id: oneTimeCodes.accountId }).from(oneTimeCodes).where(isCounted)})`;
      const { challenges, lockout, ...state } = await runBatch(db, {
        attempt: [countAttempt(db, answer, maySignIn(db, oneTimeCodes.accountId))],
        failure: [countWrongCode(db, answer), recordFailedAnswer(db, failure, isOpenAttempt(attempt))],
        challenges: db
          .select({
            id: oneTimeCodes.accountId,
            ...accountColumns,
            factorKind: oneTimeCodes.factorKind,
            factorFacts: factorFacts(db, null),
            codeHash: oneTimeCodes.codeHash,
            amr: oneTimeCodes.amr,
            lockoutKey: oneTimeCodes.lockoutKey,
            newDevice: oneTimeCodes.newDevice,
            deviceId: oneTimeCodes.deviceId,
            isPersistent: oneTimeCodes.isPersistent,
          })
          .from(oneTimeCodes)
          .innerJoin(accounts, eq(accounts.id, oneTimeCodes.accountId))
          .where(isCounted),
        ...selectFactorState(db, { accountId, subjectId: attempt.challengeId, now }),
        lockout: lockoutOfCode(db, attempt.challengeId),
      });
      const until = lockout[0]?.until ?? 0;
      const [row] = challenges;
      if (!row) return until > now ? { kind: "locked", until } : { kind: "refused" };
      const { factorKind, factorFacts: facts, codeHash, amr, lockoutKey, ...rest } = row;
      const { newDevice, deviceId, isPersistent, ...account } = rest;
      const challenge = {
        account,
        factorKind,
        factorFacts: facts,
        factors: state.factors,
        recoveryCodes: state.recoveryCodes,
        webauthnChallenges: state.webauthnChallenges,
        codeHash,
        amr,
        lockoutKey,
        newDevice,
        deviceId,
        isPersistent,
      };
      return { kind: "counted", challenge, lockedUntil: until };
    },

    /** Opens the session of a verified answer, and consumes exactly that answer. Null: it is not valid any more. */
    async openVerified(opening: VerifiedChallenge): Promise<Account | null> {
      const { opened } = await runBatch(db, openSession(db, caps, opening));
      return opened[0] ?? null;
    },

    /** Records the lockout that a wrong answer started and queues its notice, unless it has been lifted. */
    async recordLockout(
      { account, lockoutKey }: CountedChallenge,
      { notice, audit }: { readonly notice: NewMessage; readonly audit: NewAuditEvent },
      now: number,
    ): Promise<void> {
      const isLocked = and(eq(accounts.id, account.id), exists(lockoutOf(db, lockoutKey, now)));
      await runBatch(db, {
        audit: [insertFrom(db, auditEvents, auditRow(audit, account.id), accounts, isLocked)],
        notice: queueMessage(db, {
          message: notice,
          accountId: account.id,
          now,
          limits: HOURLY_LIMIT,
          caps,
          source: accounts,
          where: isLocked,
        }),
      });
    },
  };
}
