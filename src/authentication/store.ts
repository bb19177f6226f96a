import { eq, exists, sql } from "drizzle-orm";
import { auditRow } from "../admin/audit-log/statements.ts";
import type { Database } from "../db/database.ts";
import { insertFrom } from "../db/insert-select.ts";
import { runBatch } from "../db/run-batch.ts";
import { accounts, auditEvents, sessions } from "../db/schema.ts";
import type { SendCaps } from "../messaging/outbox/statements.ts";
import { endReplacedSession, endSurplusSessions, sessionRow } from "../sessions/statements.ts";
import { countsAttempts } from "./factors.ts";
import { rememberDevice } from "./known-devices/statements.ts";
import { clearAttempts } from "./lockout/attempt-counter-statements.ts";
import type { OpenSessionInput, OpenSessionResult } from "./session-opener.ts";
import { queueNewDeviceNotice, selectOpenedAccount } from "./session-opening-statements.ts";
import {
  consumeFirstFactor,
  failureReason,
  firstFactorStillValid,
  readCircumstances,
  storeRehash,
} from "./statements.ts";

export function signInStore(db: Database, caps: SendCaps) {
  return {
    /** Opens a session if the grant is still valid. The same batch attaches an identity or consumes a code. */
    async openSession({
      grant,
      session,
      audit,
      newDeviceNotice,
      replaces,
    }: OpenSessionInput): Promise<OpenSessionResult> {
      const { accountId, now } = grant;
      const isOpened = eq(sessions.id, session.id);
      const opened = exists(db.select({ one: sql`1` }).from(sessions).where(isOpened));
      const { rows } = await runBatch(db, {
        firstFactor: consumeFirstFactor(db, caps, grant),
        session: [
          insertFrom(
            db,
            sessions,
            sessionRow(session, accountId),
            accounts,
            firstFactorStillValid(db, grant),
          ),
        ],
        rows: selectOpenedAccount(db, session.id),
        audit: [insertFrom(db, auditEvents, auditRow(audit, accountId), sessions, isOpened)],
        replaced: endReplacedSession(db, { replaces, openedId: session.id, now }),
        surplusSessions: [endSurplusSessions(db, accountId, now)],
        attempts:
          grant.by !== "session" && countsAttempts(grant)
            ? [clearAttempts(db, [grant.lockoutKey], opened)]
            : [],
        rehash: storeRehash(db, grant),
        device: rememberDevice(db, session, { mayBeNew: newDeviceNotice !== null }),
        notice: queueNewDeviceNotice(db, caps, { session, notice: newDeviceNotice, now }),
      });
      const [account] = rows;
      if (account) return { kind: "opened", account };
      return failureReason(grant, await runBatch(db, readCircumstances(db, grant)));
    },
  };
}
