import { and, eq, exists, inArray, isNull, sql } from "drizzle-orm";
import type { NewAuditEvent } from "../admin/audit-log/audit-event.ts";
import { auditRow } from "../admin/audit-log/statements.ts";
import { voidOneTimeCodes } from "../authentication/one-time-codes/statements.ts";
import type { Database } from "../db/database.ts";
import { insertFrom } from "../db/insert-select.ts";
import { runBatch } from "../db/run-batch.ts";
import { accounts, auditEvents, emailTokens, oneTimeCodes } from "../db/schema.ts";
import type { NewMessage } from "../messaging/outbox/message.ts";
import { NO_SEND_LIMITS, queueMessage, type SendCaps } from "../messaging/outbox/statements.ts";
import type { Bootstrap } from "./bootstrap-superuser.ts";
import { EMAIL_TOKEN_PURPOSES, type NewEmailToken } from "./email-tokens/email-token.ts";
import {
  claimEmailToken,
  type EmailTokenClaim,
  emailTokenAccountId,
  emailTokenClaimed,
  emailTokenRow,
  voidEmailTokens,
  voidSurplusResetTokens,
} from "./email-tokens/statements.ts";
import { auditBootstrap, emailVerificationColumns } from "./statements.ts";

type EmailVerification = {
  readonly claim: EmailTokenClaim;
  readonly bootstrap: Bootstrap | null;
  /** A token to choose a password, mailed if the account has none. */
  readonly passwordChoice: { readonly emailToken: NewEmailToken; readonly mail: NewMessage };
  readonly audit: NewAuditEvent;
};

type EmailChange = {
  readonly claim: EmailTokenClaim;
  readonly noticeToOldAddress: NewMessage;
  readonly audit: NewAuditEvent;
};

type Outcome = "confirmed" | "email_token_invalid";

export type EmailVerificationStore = ReturnType<typeof emailVerificationStore>;

export function emailVerificationStore(db: Database, caps: SendCaps) {
  const ownerId = sql`${emailTokens.accountId}`;
  return {
    /**
     * Consumes a `verify_email` token and verifies its address. An account without a password (after a
     * contested registration or an expired invitation) is mailed a token to choose one.
     */
    async confirm({ claim, bootstrap, passwordChoice, audit }: EmailVerification): Promise<Outcome> {
      const accountIds = emailTokenAccountId(db, claim);
      const hasNoPassword = and(
        emailTokenClaimed(claim),
        exists(
          db
            .select({ one: sql`1` })
            .from(accounts)
            .where(and(eq(accounts.id, emailTokens.accountId), isNull(accounts.passwordHash))),
        ),
      );
      const verification = { accountIds, bootstrap, now: claim.now };
      const { consumed } = await runBatch(db, {
        consumed: claimEmailToken(db, claim, "verify_email"),
        bootstrap: auditBootstrap(db, verification),
        account: db
          .update(accounts)
          .set(emailVerificationColumns(db, verification))
          .where(inArray(accounts.id, accountIds)),
        otherTokens: voidEmailTokens(
          db,
          inArray(emailTokens.accountId, accountIds),
          ["verify_email"],
          claim.now,
        ),
        mail: queueMessage(db, {
          message: passwordChoice.mail,
          accountId: ownerId,
          now: claim.now,
          limits: NO_SEND_LIMITS,
          caps,
          source: emailTokens,
          where: hasNoPassword,
        }),
        surplusTokens: voidSurplusResetTokens(
          db,
          db.select({ id: emailTokens.accountId }).from(emailTokens).where(hasNoPassword),
          claim.now,
        ),
        passwordToken: insertFrom(
          db,
          emailTokens,
          emailTokenRow(passwordChoice.emailToken, {
            accountId: ownerId,
            email: sql`${emailTokens.email}`,
            emailKey: sql`${emailTokens.emailKey}`,
          }),
          emailTokens,
          hasNoPassword,
        ),
        audit: insertFrom(db, auditEvents, auditRow(audit, ownerId), emailTokens, emailTokenClaimed(claim)),
      });
      return consumed.length > 0 ? "confirmed" : "email_token_invalid";
    },

    /** Consumes a `change_email` token, gives the account its address and voids every other token. */
    async change({ claim, noticeToOldAddress, audit }: EmailChange): Promise<Outcome> {
      const accountIds = emailTokenAccountId(db, claim);
      const ofToken = (column: typeof emailTokens.email | typeof emailTokens.emailKey) =>
        sql`(SELECT ${column} FROM ${emailTokens} WHERE ${emailTokenClaimed(claim)})`;
      const { consumed } = await runBatch(db, {
        consumed: claimEmailToken(db, claim, "change_email"),
        account: db
          .update(accounts)
          .set({
            email: ofToken(emailTokens.email),
            emailKey: ofToken(emailTokens.emailKey),
            emailVerifiedAt: claim.now,
            // Known devices are stored per address, and another account may have had this one.
            devicesKnownSince: claim.now,
            updatedAt: claim.now,
          })
          .where(inArray(accounts.id, accountIds)),
        oneTimeCodes: voidOneTimeCodes(db, inArray(oneTimeCodes.accountId, accountIds)),
        otherTokens: voidEmailTokens(
          db,
          inArray(emailTokens.accountId, accountIds),
          EMAIL_TOKEN_PURPOSES,
          claim.now,
        ),
        notice: queueMessage(db, {
          message: noticeToOldAddress,
          accountId: ownerId,
          now: claim.now,
          limits: NO_SEND_LIMITS,
          caps,
          source: emailTokens,
          where: emailTokenClaimed(claim),
        }),
        audit: insertFrom(db, auditEvents, auditRow(audit, ownerId), emailTokens, emailTokenClaimed(claim)),
      });
      return consumed.length > 0 ? "confirmed" : "email_token_invalid";
    },
  };
}
