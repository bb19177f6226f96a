import { inArray, sql } from "drizzle-orm";
import type { AuditDraft } from "../audit/event.ts";
import type { MailDraft } from "../mail/message.ts";
import { voidChallenges } from "./challenges.ts";
import type { Database } from "./database.ts";
import { insertFrom } from "./insert-from.ts";
import { claimed, claimedAccountId, claimLink, type LinkClaim, voidLinks } from "./one-time-links.ts";
import { ALWAYS, queueMail, type SendCaps } from "./queue-mail.ts";
import { auditRow } from "./rows.ts";
import { accounts, auditEvents, challenges, oneTimeLinks } from "./schema.ts";
import { takeUsername } from "./take-username.ts";

export function emailVerificationStorage(db: Database, caps: SendCaps) {
  const ownerId = sql`${oneTimeLinks.accountId}`;
  return {
    /** Spends a `verify_email` link: its address is proven. */
    async confirm(claim: LinkClaim, audit: AuditDraft): Promise<"confirmed" | "link_dead"> {
      const whose = claimedAccountId(db, claim);
      const [taken] = await db.batch([
        claimLink(db, claim, "verify_email"),
        db
          .update(accounts)
          .set({ ...takeUsername(db), emailVerifiedAt: claim.now, updatedAt: claim.now })
          .where(inArray(accounts.id, whose)),
        voidLinks(db, inArray(oneTimeLinks.accountId, whose), ["verify_email"], claim.now),
        insertFrom(db, auditEvents, auditRow(audit, ownerId), oneTimeLinks, claimed(claim)),
      ]);
      return taken.length > 0 ? "confirmed" : "link_dead";
    },

    /** Spends a `change_email` link: its address becomes the account's, and every other link dies. */
    async change(
      claim: LinkClaim,
      noticeToOldAddress: MailDraft,
      audit: AuditDraft,
    ): Promise<"confirmed" | "link_dead"> {
      const whose = claimedAccountId(db, claim);
      const ofLink = (column: typeof oneTimeLinks.email | typeof oneTimeLinks.emailKey) =>
        sql`(SELECT ${column} FROM ${oneTimeLinks} WHERE ${claimed(claim)})`;
      const [taken] = await db.batch([
        claimLink(db, claim, "change_email"),
        db
          .update(accounts)
          .set({
            email: ofLink(oneTimeLinks.email),
            emailKey: ofLink(oneTimeLinks.emailKey),
            emailVerifiedAt: claim.now,
            // Devices are known by address, and this one may have been another account's.
            devicesKnownSince: claim.now,
            updatedAt: claim.now,
          })
          .where(inArray(accounts.id, whose)),
        voidChallenges(db, inArray(challenges.accountId, whose)),
        voidLinks(
          db,
          inArray(oneTimeLinks.accountId, whose),
          ["verify_email", "change_email", "reset_password"],
          claim.now,
        ),
        ...queueMail(db, {
          draft: noticeToOldAddress,
          accountId: ownerId,
          now: claim.now,
          limits: ALWAYS,
          caps,
          source: oneTimeLinks,
          where: claimed(claim),
        }),
        insertFrom(db, auditEvents, auditRow(audit, ownerId), oneTimeLinks, claimed(claim)),
      ]);
      return taken.length > 0 ? "confirmed" : "link_dead";
    },
  };
}
