import { and, eq, exists, inArray, isNull, sql } from "drizzle-orm";
import type { Bootstrap } from "../accounts/draft-bootstrap.ts";
import type { AuditDraft } from "../audit/event.ts";
import { EVERY_PURPOSE, type LinkDraft } from "../one-time-links/link.ts";
import type { MessageDraft } from "../outbox/message.ts";
import { voidChallenges } from "./challenges.ts";
import type { Database } from "./database.ts";
import { insertFrom } from "./insert-from.ts";
import { claimed, claimedAccountId, claimLink, type LinkClaim, voidLinks } from "./one-time-links.ts";
import { auditBootstrap, provenAddress } from "./prove-address.ts";
import { ALWAYS, queueMessage, type SendCaps } from "./queue-message.ts";
import { auditRow, linkRow } from "./rows.ts";
import { accounts, auditEvents, challenges, oneTimeLinks } from "./schema.ts";

export function emailVerificationStorage(db: Database, caps: SendCaps) {
  const ownerId = sql`${oneTimeLinks.accountId}`;
  return {
    /**
     * Spends a `verify_email` link: its address is proven. Whoever has no password is mailed a link to
     * choose one: two had claimed the address, or an invitation has run out.
     */
    async confirm(
      claim: LinkClaim,
      bootstrap: Bootstrap | null,
      choice: { readonly link: LinkDraft; readonly mail: MessageDraft },
      audit: AuditDraft,
    ): Promise<"confirmed" | "link_dead"> {
      const whose = claimedAccountId(db, claim);
      const hasNoPassword = and(
        claimed(claim),
        exists(
          db
            .select({ one: sql`1` })
            .from(accounts)
            .where(and(eq(accounts.id, oneTimeLinks.accountId), isNull(accounts.passwordHash))),
        ),
      );
      const proof = { whose, bootstrap, now: claim.now };
      const [taken] = await db.batch([
        claimLink(db, claim, "verify_email"),
        ...auditBootstrap(db, proof),
        db.update(accounts).set(provenAddress(db, proof)).where(inArray(accounts.id, whose)),
        voidLinks(db, inArray(oneTimeLinks.accountId, whose), ["verify_email"], claim.now),
        ...queueMessage(db, {
          draft: choice.mail,
          accountId: ownerId,
          now: claim.now,
          limits: ALWAYS,
          caps,
          source: oneTimeLinks,
          where: hasNoPassword,
        }),
        insertFrom(
          db,
          oneTimeLinks,
          linkRow(choice.link, {
            accountId: ownerId,
            email: sql`${oneTimeLinks.email}`,
            emailKey: sql`${oneTimeLinks.emailKey}`,
          }),
          oneTimeLinks,
          hasNoPassword,
        ),
        insertFrom(db, auditEvents, auditRow(audit, ownerId), oneTimeLinks, claimed(claim)),
      ]);
      return taken.length > 0 ? "confirmed" : "link_dead";
    },

    /** Spends a `change_email` link: its address becomes the account's, and every other link dies. */
    async change(
      claim: LinkClaim,
      noticeToOldAddress: MessageDraft,
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
        voidLinks(db, inArray(oneTimeLinks.accountId, whose), EVERY_PURPOSE, claim.now),
        ...queueMessage(db, {
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
