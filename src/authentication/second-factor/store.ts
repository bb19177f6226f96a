import { and, eq, exists, sql } from "drizzle-orm";
import type { Account } from "../../accounts/account.ts";
import { accountColumns } from "../../accounts/statements.ts";
import type { NewAuditEvent } from "../../admin/audit-log/audit-event.ts";
import { auditRow } from "../../admin/audit-log/statements.ts";
import type { Database } from "../../db/database.ts";
import { insertFrom } from "../../db/insert-select.ts";
import { maySignIn } from "../../db/predicates.ts";
import { runBatch } from "../../db/run-batch.ts";
import { accounts, auditEvents, factors, oneTimeCodes, sessions } from "../../db/schema.ts";
import type { NewMessage } from "../../messaging/outbox/message.ts";
import {
  AFTER_PASSWORD_LIMITS,
  HOURLY_LIMIT,
  isInOutbox,
  queueMessage,
  type SendCaps,
  TEXT_AFTER_PASSWORD_LIMITS,
} from "../../messaging/outbox/statements.ts";
import type { NewSession } from "../../sessions/session.ts";
import {
  endReplacedSession,
  endSurplusSessions,
  sessionRow,
  withAllowedAudience,
} from "../../sessions/statements.ts";
import { countsAttempts } from "../factors.ts";
import type { FirstFactorGrant } from "../first-factor.ts";
import { rememberDevice } from "../known-devices/statements.ts";
import { clearAttempts, lockoutOf, releaseAttempt } from "../lockout/attempt-counter-statements.ts";
import { recordFailedAnswer, withdrawFailedSignIn } from "../lockout/failed-sign-in-statements.ts";
import type { NewOneTimeCodeChallenge } from "../one-time-codes/one-time-code.ts";
import {
  type ChallengeAttempt,
  codeWasCorrect,
  consumeChallenge,
  countAttempt,
  countWrongCode,
  isOpenAttempt,
  lockoutOfCode,
  oneTimeCodeRow,
  voidOneTimeCodes,
} from "../one-time-codes/statements.ts";
import type { ReplacedSession } from "../replaced-session.ts";
import type { GrantFailure } from "../session-opener.ts";
import { endResetByMail, queueNewDeviceNotice, selectOpenedAccount } from "../session-opening-statements.ts";
import {
  consumeFirstFactor,
  failureReason,
  firstFactorStillValid,
  readCircumstances,
  storeRehash,
} from "../statements.ts";
import type { SecondFactorKind } from "./policy.ts";
import { endsResetByMail } from "./rules.ts";
import type { FactorFacts, FactorState, Verified } from "./second-factor.ts";
import { consumeVerified, factorFacts, isStillVerified, selectFactorState } from "./statements.ts";

type CreateChallengeInput = {
  readonly grant: FirstFactorGrant;
  readonly challenge: NewOneTimeCodeChallenge;
  /** The message that carries the code. Null for a factor that sends nothing. */
  readonly mail: NewMessage | null;
};

type CreateChallengeResult = { readonly kind: "opened" | "send_cap" } | GrantFailure;

/** A challenge whose attempt was counted. Its answer is not evaluated yet. */
export type CountedChallenge = FactorState & {
  readonly account: Account;
  /** The kind of the code that was sent last, or the one that it asks for. */
  readonly factorKind: string;
  readonly factorFacts: FactorFacts;
  readonly codeHash: string;
  /** The authentication methods of the first factor, space-separated. */
  readonly amr: string;
  readonly lockoutKey: string;
  readonly newDevice: boolean;
  /** The known device of the first factor. */
  readonly deviceId: string | null;
  /** Whether the session outlives the browser session. */
  readonly isPersistent: boolean;
};

/**
 * `lockedUntil`: the instant (ms) at which the lockout ends that this attempt started, if it did; a correct
 * answer lifts it. `until`: that of a lockout which refused the attempt.
 */
type AttemptCounted =
  | { readonly kind: "counted"; readonly challenge: CountedChallenge; readonly lockedUntil: number }
  | { readonly kind: "refused" }
  | { readonly kind: "locked"; readonly until: number };

/** A verified answer, and the session to open for it. */
type VerifiedChallenge = {
  readonly attempt: ChallengeAttempt;
  readonly challenge: CountedChallenge;
  /** The kind of factor that verified the answer. */
  readonly kind: SecondFactorKind;
  readonly verified: Verified;
  /** Until when the device needs no second factor, by the user's choice, and the event of that. Null: it does. */
  readonly trust: { readonly until: number; readonly audit: NewAuditEvent } | null;
  readonly session: NewSession;
  readonly audit: NewAuditEvent;
  /** Mailed to the owner if the device is new. Null if the device was known at the first factor. */
  readonly newDeviceNotice: NewMessage | null;
  readonly replaces: ReplacedSession | null;
  /** The instant (ms) at which the attempt was counted. */
  readonly countedAt: number;
  readonly now: number;
};

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
      const { attempt, challenge, kind, verified, session, audit, newDeviceNotice, replaces, now } = opening;
      const { accountId } = session;
      const isConsumed = codeWasCorrect(attempt);
      const consumed = exists(db.select({ one: sql`1` }).from(oneTimeCodes).where(isConsumed));
      const { opened } = await runBatch(db, {
        challenge: [
          consumeChallenge(
            db,
            attempt,
            now,
            and(maySignIn(db, oneTimeCodes.accountId), isStillVerified(db, accountId, verified, now)),
          ),
        ],
        session: [
          insertFrom(
            db,
            sessions,
            withAllowedAudience(sessionRow(session, accountId)),
            oneTimeCodes,
            isConsumed,
          ),
        ],
        opened: selectOpenedAccount(db, { sessionId: session.id }),
        audit: [insertFrom(db, auditEvents, auditRow(audit, accountId), oneTimeCodes, isConsumed)],
        trust:
          opening.trust === null
            ? []
            : [
                insertFrom(
                  db,
                  auditEvents,
                  auditRow(opening.trust.audit, accountId),
                  oneTimeCodes,
                  isConsumed,
                ),
              ],
        device: rememberDevice(db, session, {
          mayBeNew: newDeviceNotice !== null,
          trustedUntil: opening.trust?.until ?? null,
        }),
        newDeviceNotice: queueNewDeviceNotice(db, caps, { session, notice: newDeviceNotice, now }),
        attempts: [
          clearAttempts(db, [challenge.lockoutKey], consumed),
          ...withdrawFailedSignIn(db, { accountId, at: opening.countedAt }, consumed),
        ],
        consumption: consumeVerified(db, accountId, verified, { where: consumed, now }),
        factor: [
          db
            .update(factors)
            .set({ lastUsedAt: now })
            .where(
              and(
                eq(factors.accountId, accountId),
                verified.factorId === null
                  ? sql`${factors.kind} = ${kind}`
                  : eq(factors.id, verified.factorId),
                consumed,
              ),
            ),
        ],
        reset: endsResetByMail(kind) ? [endResetByMail(db, session)] : [],
        replaced: endReplacedSession(db, { replaces, openedId: session.id, now }),
        surplusSessions: [endSurplusSessions(db, { accountId, now })],
      });
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
