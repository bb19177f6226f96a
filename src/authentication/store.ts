import type { Database } from "../db/database.ts";
import { runBatch } from "../db/run-batch.ts";
import type { SendCaps } from "../messaging/outbox/statements.ts";
import { endReplacedSession, endSurplusSessions } from "../sessions/statements.ts";
import { includesPasskey } from "./amr.ts";
import { countsAttempts } from "./factors.ts";
import { rememberDevice } from "./known-devices/statements.ts";
import { clearAttemptsOfSignIn } from "./lockout/attempt-counter-statements.ts";
import type { OpenSessionInput, OpenSessionResult } from "./session-opener.ts";
import {
  endResetByMail,
  insertEventOfSession,
  queueNewDeviceNotice,
  recordDueEnrolment,
  selectOpenedAccount,
} from "./session-opening-statements.ts";
import {
  consumeFirstFactor,
  failureReason,
  insertSession,
  readCircumstances,
  storeRehash,
} from "./statements.ts";

export function signInStore(db: Database, caps: SendCaps) {
  return {
    /** Opens a session if the grant is still valid. The same batch attaches an identity. */
    async openSession({
      grant,
      session,
      audit,
      newDeviceNotice,
      replaces,
      enrolmentDueAt,
    }: OpenSessionInput): Promise<OpenSessionResult> {
      const { accountId, now } = grant;
      const sessionId = session.id;
      const { rows } = await runBatch(db, {
        firstFactor: consumeFirstFactor(db, caps, grant),
        session: [insertSession(db, grant, session)],
        rows: selectOpenedAccount(db, { sessionId }),
        audit: [insertEventOfSession(db, { ...audit, accountId, sessionId })],
        replaced: endReplacedSession(db, { replaces, openedId: sessionId, now }),
        surplusSessions: [endSurplusSessions(db, { accountId, now })],
        attempts: countsAttempts(grant)
          ? [clearAttemptsOfSignIn(db, { lockoutKey: grant.lockoutKey, sessionId })]
          : [],
        rehash: storeRehash(db, grant),
        device: rememberDevice(db, session, { mayBeNew: newDeviceNotice !== null }),
        notice: queueNewDeviceNotice(db, caps, { session, notice: newDeviceNotice, now }),
        enrolment: enrolmentDueAt === null ? [] : [recordDueEnrolment(db, session, enrolmentDueAt)],
        reset: includesPasskey(session.amr) ? [endResetByMail(db, session)] : [],
      });
      const [account] = rows;
      if (account) return { kind: "opened", account };
      return failureReason(grant, await runBatch(db, readCircumstances(db, grant)));
    },
  };
}
