import { and, eq, exists, type SQL, sql } from "drizzle-orm";
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
  AFTER_PASSWORD,
  ALWAYS,
  HOURLY,
  queued,
  queueMessage,
  type SendCaps,
} from "../../messaging/outbox/statements.ts";
import type { SessionDraft } from "../../sessions/session.ts";
import { endSurplus, sessionRow } from "../../sessions/statements.ts";
import type { FirstFactorGrant } from "../first-factor.ts";
import { isNewDevice } from "../known-devices/statements.ts";
import { lockoutOf, readLockout, releaseAttempt } from "../lockout/statements.ts";
import type { NewOneTimeCodeChallenge } from "../one-time-codes/one-time-code.ts";
import {
  codeWasRight,
  codeWasWrong,
  consumeAttempt,
  countWrongAnswer,
  lockoutOfCode,
  oneTimeCodeRow,
  voidOneTimeCodes,
} from "../one-time-codes/statements.ts";
import { consumeFirstFactor, failureReason, firstFactorStillValid, storeRehash } from "../statements.ts";

type ChallengeOpening = {
  readonly step: FirstFactorGrant;
  readonly challenge: NewOneTimeCodeChallenge;
  readonly mail: NewMessage;
};

type SecondStep = {
  readonly challengeId: string;
  readonly attempt: string;
  readonly codeHashes: readonly string[];
  /** Its methods are those of the second step; the challenge knows those of the first. */
  readonly session: Omit<SessionDraft, "accountId">;
  readonly audit: NewAuditEvent;
  readonly newDeviceNotice: NewMessage;
  /** To the owner, where this answer is the failure that shuts the lock. */
  readonly lockNotice: NewMessage;
  readonly now: number;
};

type ChallengeOpened =
  | { readonly kind: "opened" | "send_cap" | "changed_meanwhile" }
  | { readonly kind: "locked"; readonly until: number };

/** What an answer came to: the account that it signed in, a failure, or a lock until an instant. */
type SecondStepOutcome =
  | { readonly kind: "signed_in"; readonly account: Account; readonly amr: readonly string[] }
  | { readonly kind: "refused" }
  | { readonly kind: "locked"; readonly until: number };

export function secondFactorStore(db: Database, caps: SendCaps) {
  return {
    /** Opens a challenge in place of any earlier one; `send_cap` when no code may be sent now. */
    async openChallenge({ step, challenge, mail }: ChallengeOpening): Promise<ChallengeOpened> {
      const { accountId, now } = step;
      const proven = firstFactorStillValid(db, step);
      const isProven = db.select({ id: accounts.id }).from(accounts).where(proven);
      const sent = and(proven, queued(db, mail));
      const stale = and(
        eq(oneTimeCodes.accountId, accountId),
        eq(oneTimeCodes.purpose, challenge.purpose),
        queued(db, mail),
      ) as SQL;
      const before = consumeFirstFactor(db, caps, step);
      const results = await db.batch([
        readLockout(db, step.lockoutKey),
        ...before,
        ...queueMessage(db, {
          draft: mail,
          accountId,
          now,
          limits: AFTER_PASSWORD,
          caps,
          source: accounts,
          where: proven,
        }),
        voidOneTimeCodes(db, stale),
        insertFrom(db, oneTimeCodes, oneTimeCodeRow(challenge, accountId), accounts, sent),
        isProven,
        db.select({ id: oneTimeCodes.id }).from(oneTimeCodes).where(eq(oneTimeCodes.id, challenge.id)),
        ...(step.by === "password" ? [releaseAttempt(db, step.lockoutKey, exists(isProven))] : []),
        ...storeRehash(db, step),
      ]);
      // However many statements the first step had, these two stand five and six after the last of them.
      const [found, opened] = results.slice(before.length + 5) as { id: string }[][];
      if (opened?.length) return { kind: "opened" };
      return found?.length ? { kind: "send_cap" } : failureReason(step, results[0]);
    },

    /** Answers a challenge, and signs in if the code is right: one batch, all of it or nothing. */
    async answerChallenge(draft: SecondStep): Promise<SecondStepOutcome> {
      const answer = { ...draft, purpose: "login" } as const;
      const right = codeWasRight(answer);
      const ownerId = sql`${oneTimeCodes.accountId}`;
      const amr = sql<string>`${oneTimeCodes.amr} || ' ' || ${draft.session.amr.join(" ")}`;
      const details = sql`json_set(${JSON.stringify(draft.audit.details)}, '$.amr', ${amr})`;
      const results = await db.batch([
        consumeAttempt(db, answer, maySignIn(db, oneTimeCodes.accountId)),
        insertFrom(db, sessions, { ...sessionRow(draft.session, ownerId), amr }, oneTimeCodes, right),
        insertFrom(db, auditEvents, { ...auditRow(draft.audit, ownerId), details }, oneTimeCodes, right),
        ...queueMessage(db, {
          draft: draft.newDeviceNotice,
          accountId: ownerId,
          now: draft.now,
          limits: ALWAYS,
          caps,
          source: oneTimeCodes,
          where: and(
            right,
            eq(oneTimeCodes.newDevice, true),
            isNewDevice(db, draft.session, ownerId, draft.audit),
          ),
        }),
        db
          .delete(attemptCounters)
          .where(
            sql`${attemptCounters.key} IN (SELECT ${oneTimeCodes.lockoutKey} FROM ${oneTimeCodes} WHERE ${right})`,
          ),
        countWrongAnswer(db, answer),
        ...queueMessage(db, {
          draft: draft.lockNotice,
          accountId: ownerId,
          now: draft.now,
          limits: HOURLY,
          caps,
          source: oneTimeCodes,
          where: and(codeWasWrong(answer), exists(lockoutOf(db, oneTimeCodes.lockoutKey, draft.now))),
        }),
        db
          .select({ id: oneTimeCodes.accountId, ...accountColumns, amr: amr.as("amr") })
          .from(oneTimeCodes)
          .innerJoin(accounts, eq(accounts.id, oneTimeCodes.accountId))
          .where(right),
        lockoutOfCode(db, draft.challengeId),
        endSurplus(db, sql`(SELECT ${ownerId} FROM ${oneTimeCodes} WHERE ${right})`, draft.now),
      ]);
      const row = results[9][0];
      if (row) {
        const { amr: methods, ...account } = row;
        return { kind: "signed_in", account, amr: methods.split(" ") };
      }
      const until = results[10][0]?.until ?? 0;
      return until > draft.now ? { kind: "locked", until } : { kind: "refused" };
    },
  };
}
