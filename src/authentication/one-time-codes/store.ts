import { and, eq, gt, isNull, sql } from "drizzle-orm";
import type { Database } from "../../db/database.ts";
import { runBatch } from "../../db/run-batch.ts";
import { oneTimeCodes } from "../../db/schema.ts";
import {
  isInOutbox,
  queueMessage,
  REQUESTED_MESSAGE_LIMITS,
  type SendCaps,
} from "../../messaging/outbox/statements.ts";
import { deleteQueuedRequest, requestIsQueued } from "../../queued-requests/statements.ts";
import type { OneTimeCodeResend } from "./one-time-code.ts";

export function oneTimeCodeStore(db: Database, caps: SendCaps) {
  return {
    /**
     * Performs a queued request: mails a new code for a live challenge of the mailed code and voids the earlier one.
     */
    async resend({
      requestId,
      challengeId,
      codeHash,
      expiresAt,
      mail,
      now,
    }: OneTimeCodeResend): Promise<void> {
      const isLive = and(
        eq(oneTimeCodes.id, challengeId),
        eq(oneTimeCodes.purpose, "login"),
        eq(oneTimeCodes.factorKind, "email_otp"),
        isNull(oneTimeCodes.consumedAt),
        gt(oneTimeCodes.expiresAt, now),
        requestIsQueued(db, requestId),
      );
      await runBatch(db, {
        mail: queueMessage(db, {
          message: mail,
          accountId: sql`${oneTimeCodes.accountId}`,
          now,
          limits: REQUESTED_MESSAGE_LIMITS,
          caps,
          source: oneTimeCodes,
          where: isLive,
        }),
        // Without its attempt id, an answer to the earlier code that is being evaluated cannot consume the challenge.
        code: db
          .update(oneTimeCodes)
          .set({ codeHash, tries: 0, attempt: null, expiresAt })
          .where(and(isLive, isInOutbox(db, mail))),
        request: deleteQueuedRequest(db, requestId),
      });
    },
  };
}
