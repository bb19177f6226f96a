import { and, eq, exists, sql } from "drizzle-orm";
import { auditRow } from "../../admin/audit-log/statements.ts";
import type { Database } from "../../db/database.ts";
import { insertFrom } from "../../db/insert-select.ts";
import { maySignIn } from "../../db/predicates.ts";
import { auditEvents, factors, oneTimeCodes, sessions } from "../../db/schema.ts";
import type { SendCaps } from "../../messaging/outbox/statements.ts";
import {
  endReplacedSession,
  endSurplusSessions,
  sessionRow,
  withAllowedAudience,
} from "../../sessions/statements.ts";
import { rememberDevice } from "../known-devices/statements.ts";
import { clearAttempts } from "../lockout/attempt-counter-statements.ts";
import { withdrawFailedSignIn } from "../lockout/failed-sign-in-statements.ts";
import { codeWasCorrect, consumeChallenge } from "../one-time-codes/statements.ts";
import { endResetByMail, queueNewDeviceNotice, selectOpenedAccount } from "../session-opening-statements.ts";
import type { VerifiedChallenge } from "./challenge.ts";
import { endsResetByMail } from "./rules.ts";
import { consumeVerified, isStillVerified } from "./statements.ts";

/** The statements that open the session of a verified answer. All depend on the first, which consumes the challenge. */
export function openSession(db: Database, caps: SendCaps, opening: VerifiedChallenge) {
  const { attempt, challenge, kind, verified, session, audit, newDeviceNotice, replaces, now } = opening;
  const { accountId } = session;
  const isConsumed = codeWasCorrect(attempt);
  const consumed = exists(db.select({ one: sql`1` }).from(oneTimeCodes).where(isConsumed));
  return {
    challenge: [
      consumeChallenge(
        db,
        attempt,
        now,
        and(maySignIn(db, oneTimeCodes.accountId), isStillVerified(db, accountId, verified, now)),
      ),
    ],
    session: [
      insertFrom(db, sessions, withAllowedAudience(sessionRow(session, accountId)), oneTimeCodes, isConsumed),
    ],
    opened: selectOpenedAccount(db, { sessionId: session.id }),
    audit: [insertFrom(db, auditEvents, auditRow(audit, accountId), oneTimeCodes, isConsumed)],
    trust:
      opening.trust === null
        ? []
        : [insertFrom(db, auditEvents, auditRow(opening.trust.audit, accountId), oneTimeCodes, isConsumed)],
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
            verified.factorId === null ? sql`${factors.kind} = ${kind}` : eq(factors.id, verified.factorId),
            consumed,
          ),
        ),
    ],
    reset: endsResetByMail(kind) ? [endResetByMail(db, session)] : [],
    replaced: endReplacedSession(db, { replaces, openedId: session.id, now }),
    surplusSessions: [endSurplusSessions(db, { accountId, now })],
  };
}
