import { and, eq, exists, ne, type SQL, sql } from "drizzle-orm";
import type { Account } from "../../accounts/account.ts";
import { accountColumns } from "../../accounts/statements.ts";
import type { NewAuditEvent } from "../../admin/audit-log/audit-event.ts";
import { auditRow } from "../../admin/audit-log/statements.ts";
import type { Database } from "../../db/database.ts";
import { insertFrom } from "../../db/insert-from.ts";
import { maySignIn } from "../../db/predicates.ts";
import { accounts, attemptCounters, auditEvents, oneTimeCodes, sessions } from "../../db/schema.ts";
import type { NewMessage } from "../../messaging/outbox/message.ts";
import {
  AFTER_PASSWORD_LIMITS,
  HOURLY_LIMIT,
  isInOutbox,
  NO_SEND_LIMITS,
  queueMessage,
  type SendCaps,
} from "../../messaging/outbox/statements.ts";
import type { NewSession } from "../../sessions/session.ts";
import { endSurplusSessions, sessionRow } from "../../sessions/statements.ts";
import type { FirstFactorGrant } from "../first-factor.ts";
import { isNewDevice } from "../known-devices/statements.ts";
import { lockoutOf, readLockout, releaseAttempt } from "../lockout/statements.ts";
import type { NewOneTimeCodeChallenge } from "../one-time-codes/one-time-code.ts";
import {
  codeWasCorrect,
  codeWasWrong,
  consumeAttempt,
  countWrongAnswer,
  lockoutOfCode,
  oneTimeCodeRow,
  voidOneTimeCodes,
} from "../one-time-codes/statements.ts";
import { consumeFirstFactor, failureReason, firstFactorStillValid, storeRehash } from "../statements.ts";

type ChallengeCreation = {
  readonly grant: FirstFactorGrant;
  readonly challenge: NewOneTimeCodeChallenge;
  readonly mail: NewMessage;
};

/** `until`: the instant (ms) at which the lockout ends. */
type ChallengeCreated =
  | { readonly kind: "opened" | "send_cap" | "changed_meanwhile" }
  | { readonly kind: "locked"; readonly until: number };

type ChallengeVerification = {
  readonly challengeId: string;
  /** The id of this answer. Later statements of the batch find the challenge by it. */
  readonly attempt: string;
  readonly codeHashes: readonly string[];
  /** Its `amr` has the methods of the second factor. The challenge stores that of the first. */
  readonly session: Omit<NewSession, "accountId">;
  readonly audit: NewAuditEvent;
  readonly newDeviceNotice: NewMessage;
  /** Mailed to the owner if this answer is the failure that starts the lockout. */
  readonly lockoutNotice: NewMessage;
  readonly now: number;
};

/** `until`: the instant (ms) at which the lockout ends. */
type ChallengeVerified =
  | { readonly kind: "signed_in"; readonly account: Account; readonly amr: readonly string[] }
  | { readonly kind: "refused" }
  | { readonly kind: "locked"; readonly until: number };

type SecondFactorSetting = {
  readonly accountId: string;
  /** The hash that the password was verified against. If the account has another one, nothing changes. */
  readonly checkedHash: string;
  readonly enabled: boolean;
  readonly notice: NewMessage;
  readonly audit: NewAuditEvent;
  readonly now: number;
};

export type SecondFactorStore = ReturnType<typeof secondFactorStore>;

export function secondFactorStore(db: Database, caps: SendCaps) {
  return {
    /** Replaces any earlier challenge of the account. `send_cap`: no code may be sent now. */
    async createChallenge({ grant, challenge, mail }: ChallengeCreation): Promise<ChallengeCreated> {
      const { accountId, now } = grant;
      const isValid = firstFactorStillValid(db, grant);
      const validAccount = db.select({ id: accounts.id }).from(accounts).where(isValid);
      const isSent = and(isValid, isInOutbox(db, mail));
      const isReplaced = and(
        eq(oneTimeCodes.accountId, accountId),
        eq(oneTimeCodes.purpose, challenge.purpose),
        isInOutbox(db, mail),
      ) as SQL;
      const before = consumeFirstFactor(db, caps, grant);
      const results = await db.batch([
        readLockout(db, grant.lockoutKey),
        ...before,
        ...queueMessage(db, {
          draft: mail,
          accountId,
          now,
          limits: AFTER_PASSWORD_LIMITS,
          caps,
          source: accounts,
          where: isValid,
        }),
        voidOneTimeCodes(db, isReplaced),
        insertFrom(db, oneTimeCodes, oneTimeCodeRow(challenge, accountId), accounts, isSent),
        validAccount,
        db.select({ id: oneTimeCodes.id }).from(oneTimeCodes).where(eq(oneTimeCodes.id, challenge.id)),
        ...(grant.by === "password" ? [releaseAttempt(db, grant.lockoutKey, exists(validAccount))] : []),
        ...storeRehash(db, grant),
      ]);
      // The two selects are the fifth and sixth statement after `before`, whose length depends on the grant.
      const [found, opened] = results.slice(before.length + 5) as { id: string }[][];
      if (opened?.length) return { kind: "opened" };
      return found?.length ? { kind: "send_cap" } : failureReason(grant, results[0]);
    },

    /** Evaluates an answer and opens the session if the code is correct, in one atomic batch. */
    async verifyChallenge(verification: ChallengeVerification): Promise<ChallengeVerified> {
      const { session, audit, now } = verification;
      const answer = { ...verification, purpose: "login" } as const;
      const isCorrect = codeWasCorrect(answer);
      const ownerId = sql`${oneTimeCodes.accountId}`;
      const amr = sql<string>`${oneTimeCodes.amr} || ' ' || ${session.amr.join(" ")}`;
      const details = sql`json_set(${JSON.stringify(audit.details)}, '$.amr', ${amr})`;
      const results = await db.batch([
        consumeAttempt(db, answer, maySignIn(db, oneTimeCodes.accountId)),
        insertFrom(db, sessions, { ...sessionRow(session, ownerId), amr }, oneTimeCodes, isCorrect),
        insertFrom(db, auditEvents, { ...auditRow(audit, ownerId), details }, oneTimeCodes, isCorrect),
        ...queueMessage(db, {
          draft: verification.newDeviceNotice,
          accountId: ownerId,
          now,
          limits: NO_SEND_LIMITS,
          caps,
          source: oneTimeCodes,
          where: and(isCorrect, eq(oneTimeCodes.newDevice, true), isNewDevice(db, session, ownerId, audit)),
        }),
        db
          .delete(attemptCounters)
          .where(
            sql`${attemptCounters.key} IN (SELECT ${oneTimeCodes.lockoutKey} FROM ${oneTimeCodes} WHERE ${isCorrect})`,
          ),
        countWrongAnswer(db, answer),
        ...queueMessage(db, {
          draft: verification.lockoutNotice,
          accountId: ownerId,
          now,
          limits: HOURLY_LIMIT,
          caps,
          source: oneTimeCodes,
          where: and(codeWasWrong(answer), exists(lockoutOf(db, oneTimeCodes.lockoutKey, now))),
        }),
        db
          .select({ id: oneTimeCodes.accountId, ...accountColumns, amr: amr.as("amr") })
          .from(oneTimeCodes)
          .innerJoin(accounts, eq(accounts.id, oneTimeCodes.accountId))
          .where(isCorrect),
        lockoutOfCode(db, verification.challengeId),
        endSurplusSessions(db, sql`(SELECT ${ownerId} FROM ${oneTimeCodes} WHERE ${isCorrect})`, now),
      ]);
      const row = results[9][0];
      if (row) {
        const { amr: methods, ...account } = row;
        return { kind: "signed_in", account, amr: methods.split(" ") };
      }
      const until = results[10][0]?.until ?? 0;
      return until > now ? { kind: "locked", until } : { kind: "refused" };
    },

    /** Switches the mailed code of an account on or off. Switching it on makes all devices unknown. */
    async setSecondFactor(
      setting: SecondFactorSetting,
    ): Promise<"changed" | "unchanged" | "changed_meanwhile"> {
      const { accountId, checkedHash, enabled, notice, audit, now } = setting;
      const isConfirmed = and(
        eq(accounts.id, accountId),
        eq(accounts.status, "active"),
        eq(accounts.passwordHash, checkedHash),
      );
      const differs = and(isConfirmed, ne(accounts.loginOtp, enabled));
      const results = await db.batch([
        // Both inserts come before the update, which makes their condition false.
        insertFrom(db, auditEvents, auditRow(audit, accountId), accounts, differs),
        ...queueMessage(db, {
          draft: notice,
          accountId,
          now,
          limits: NO_SEND_LIMITS,
          caps,
          source: accounts,
          where: differs,
        }),
        db
          .update(accounts)
          .set({ loginOtp: enabled, ...(enabled ? { devicesKnownSince: now + 1 } : {}), updatedAt: now })
          .where(differs)
          .returning({ id: accounts.id }),
        db.select({ id: accounts.id }).from(accounts).where(isConfirmed),
      ]);
      if (results[3].length > 0) return "changed";
      return results[4].length > 0 ? "unchanged" : "changed_meanwhile";
    },
  };
}
