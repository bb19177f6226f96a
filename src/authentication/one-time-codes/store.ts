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
     * Performs a queued request: sends a new code for a live challenge and voids the earlier one.
     */
    async resend({
      requestId,
      challengeId,
      factorKind,
      codeHash,
      expiresAt,
      mail,
      resetsTries,
      now,
    }: OneTimeCodeResend): Promise<void> {
      const isLive = and(
        eq(oneTimeCodes.id, challengeId),
        eq(oneTimeCodes.purpose, "login"),
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
          .set({ factorKind, codeHash, attempt: null, expiresAt, ...(resetsTries ? { tries: 0 } : {}) })
          .where(and(isLive, isInOutbox(db, mail))),
        request: deleteQueuedRequest(db, requestId),
      });
    },

    /** Drops a queued request that sends nothing. */
    async discardRequest(requestId: string): Promise<void> {
      await deleteQueuedRequest(db, requestId);
    },
  };
}
