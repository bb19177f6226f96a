import { and, eq, exists, inArray, isNull, sql } from "drizzle-orm";
import type { NewAuditEvent } from "../admin/audit-log/audit-event.ts";
import { auditRow } from "../admin/audit-log/statements.ts";
import { voidOneTimeCodes } from "../authentication/one-time-codes/statements.ts";
import type { Database } from "../db/database.ts";
import { insertFrom } from "../db/insert-from.ts";
import { accounts, auditEvents, emailTokens, oneTimeCodes } from "../db/schema.ts";
import type { NewMessage } from "../messaging/outbox/message.ts";
import { ALWAYS, queueMessage, type SendCaps } from "../messaging/outbox/statements.ts";
import type { Bootstrap } from "./bootstrap-superuser.ts";
import { EVERY_PURPOSE, type NewEmailToken } from "./email-tokens/email-token.ts";
import {
  claimEmailToken,
  claimed,
  claimedAccountId,
  type EmailTokenClaim,
  emailTokenRow,
  voidEmailTokens,
} from "./email-tokens/statements.ts";
import { auditBootstrap, provenAddress } from "./statements.ts";

type EmailVerification = {
  readonly claim: EmailTokenClaim;
  readonly bootstrap: Bootstrap | null;
  /** A token to choose a password, mailed if the account has none. */
  readonly passwordChoice: { readonly link: NewEmailToken; readonly mail: NewMessage };
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
      const whose = claimedAccountId(db, claim);
      const hasNoPassword = and(
        claimed(claim),
        exists(
          db
            .select({ one: sql`1` })
            .from(accounts)
            .where(and(eq(accounts.id, emailTokens.accountId), isNull(accounts.passwordHash))),
        ),
      );
      const verification = { whose, bootstrap, now: claim.now };
      const [consumed] = await db.batch([
        claimEmailToken(db, claim, "verify_email"),
        ...auditBootstrap(db, verification),
        db.update(accounts).set(provenAddress(db, verification)).where(inArray(accounts.id, whose)),
        voidEmailTokens(db, inArray(emailTokens.accountId, whose), ["verify_email"], claim.now),
        ...queueMessage(db, {
          draft: passwordChoice.mail,
          accountId: ownerId,
          now: claim.now,
          limits: ALWAYS,
          caps,
          source: emailTokens,
          where: hasNoPassword,
        }),
        insertFrom(
          db,
          emailTokens,
          emailTokenRow(passwordChoice.link, {
            accountId: ownerId,
            email: sql`${emailTokens.email}`,
            emailKey: sql`${emailTokens.emailKey}`,
          }),
          emailTokens,
          hasNoPassword,
        ),
        insertFrom(db, auditEvents, auditRow(audit, ownerId), emailTokens, claimed(claim)),
      ]);
      return consumed.length > 0 ? "confirmed" : "email_token_invalid";
    },

    /** Consumes a `change_email` token, gives the account its address and voids every other token. */
    async change({ claim, noticeToOldAddress, audit }: EmailChange): Promise<Outcome> {
      const whose = claimedAccountId(db, claim);
      const ofToken = (column: typeof emailTokens.email | typeof emailTokens.emailKey) =>
        sql`(SELECT ${column} FROM ${emailTokens} WHERE ${claimed(claim)})`;
      const [consumed] = await db.batch([
        claimEmailToken(db, claim, "change_email"),
        db
          .update(accounts)
          .set({
            email: ofToken(emailTokens.email),
            emailKey: ofToken(emailTokens.emailKey),
            emailVerifiedAt: claim.now,
            // Known devices are stored per address, and another account may have had this one.
            devicesKnownSince: claim.now,
            updatedAt: claim.now,
          })
          .where(inArray(accounts.id, whose)),
        voidOneTimeCodes(db, inArray(oneTimeCodes.accountId, whose)),
        voidEmailTokens(db, inArray(emailTokens.accountId, whose), EVERY_PURPOSE, claim.now),
        ...queueMessage(db, {
          draft: noticeToOldAddress,
          accountId: ownerId,
          now: claim.now,
          limits: ALWAYS,
          caps,
          source: emailTokens,
          where: claimed(claim),
        }),
        insertFrom(db, auditEvents, auditRow(audit, ownerId), emailTokens, claimed(claim)),
      ]);
      return consumed.length > 0 ? "confirmed" : "email_token_invalid";
    },
  };
}
