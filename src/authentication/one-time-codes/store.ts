import { and, eq, gt, isNull, sql } from "drizzle-orm";
import type { Database } from "../../db/database.ts";
import { oneTimeCodes } from "../../db/schema.ts";
import type { NewMessage } from "../../messaging/outbox/message.ts";
import { ASKED_FOR, queued, queueMessage, type SendCaps } from "../../messaging/outbox/statements.ts";

type Resend = {
  readonly challengeId: string;
  readonly codeHash: string;
  readonly expiresAt: number;
  readonly mail: NewMessage;
  readonly now: number;
};

export function oneTimeCodeStore(db: Database, caps: SendCaps) {
  return {
    /**
     * Mails a new code for a live login, and voids the earlier one. The same statements for a
     * challenge that is not there; nothing comes back that could tell.
     */
    async resend(draft: Resend): Promise<void> {
      const live = and(
        eq(oneTimeCodes.id, draft.challengeId),
        eq(oneTimeCodes.purpose, "login"),
        isNull(oneTimeCodes.consumedAt),
        gt(oneTimeCodes.expiresAt, draft.now),
      );
      await db.batch([
        ...queueMessage(db, {
          draft: draft.mail,
          accountId: sql`${oneTimeCodes.accountId}`,
          now: draft.now,
          limits: ASKED_FOR,
          caps,
          source: oneTimeCodes,
          where: live,
        }),
        db
          .update(oneTimeCodes)
          .set({ codeHash: draft.codeHash, tries: 0, expiresAt: draft.expiresAt })
          .where(and(live, queued(db, draft.mail))),
      ]);
    },
  };
}
