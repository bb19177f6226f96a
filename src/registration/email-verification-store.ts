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

export function emailVerificationStore(db: Database, caps: SendCaps) {
  const ownerId = sql`${emailTokens.accountId}`;
  return {
    /**
     * Spends a `verify_email` link: its address is proven. Whoever has no password is mailed a link to
     * choose one: two had claimed the address, or an invitation has run out.
     */
    async confirm(
      claim: EmailTokenClaim,
      bootstrap: Bootstrap | null,
      choice: { readonly link: NewEmailToken; readonly mail: NewMessage },
      audit: NewAuditEvent,
    ): Promise<"confirmed" | "email_token_invalid"> {
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
      const proof = { whose, bootstrap, now: claim.now };
      const [taken] = await db.batch([
        claimEmailToken(db, claim, "verify_email"),
        ...auditBootstrap(db, proof),
        db.update(accounts).set(provenAddress(db, proof)).where(inArray(accounts.id, whose)),
        voidEmailTokens(db, inArray(emailTokens.accountId, whose), ["verify_email"], claim.now),
        ...queueMessage(db, {
          draft: choice.mail,
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
          emailTokenRow(choice.link, {
            accountId: ownerId,
            email: sql`${emailTokens.email}`,
            emailKey: sql`${emailTokens.emailKey}`,
          }),
          emailTokens,
          hasNoPassword,
        ),
        insertFrom(db, auditEvents, auditRow(audit, ownerId), emailTokens, claimed(claim)),
      ]);
      return taken.length > 0 ? "confirmed" : "email_token_invalid";
    },

    /** Spends a `change_email` link: its address becomes the account's, and every other link dies. */
    async change(
      claim: EmailTokenClaim,
      noticeToOldAddress: NewMessage,
      audit: NewAuditEvent,
    ): Promise<"confirmed" | "email_token_invalid"> {
      const whose = claimedAccountId(db, claim);
      const ofLink = (column: typeof emailTokens.email | typeof emailTokens.emailKey) =>
        sql`(SELECT ${column} FROM ${emailTokens} WHERE ${claimed(claim)})`;
      const [taken] = await db.batch([
        claimEmailToken(db, claim, "change_email"),
        db
          .update(accounts)
          .set({
            email: ofLink(emailTokens.email),
            emailKey: ofLink(emailTokens.emailKey),
            emailVerifiedAt: claim.now,
            // Devices are known by address, and this one may have been another account's.
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
      return taken.length > 0 ? "confirmed" : "email_token_invalid";
    },
  };
}
