import { and, inArray, isNull, sql } from "drizzle-orm";
import type { AuditDraft } from "../audit/event.ts";
import type { MailDraft } from "../mail/message.ts";
import type { Database } from "./database.ts";
import { insertFrom } from "./insert-from.ts";
import { claimed, claimedAccountId, claimLink, type LinkClaim, voidLinks } from "./one-time-links.ts";
import { auditRow, outboxRow } from "./rows.ts";
import { accounts, auditEvents, oneTimeLinks, outbox, sessions } from "./schema.ts";

type Reset = {
  readonly claim: LinkClaim;
  readonly newHash: string;
  readonly notice: MailDraft;
  readonly audit: AuditDraft;
};

export function passwordResetStorage(db: Database) {
  const ownerId = sql`${oneTimeLinks.accountId}`;
  return {
    /** Spends a `reset_password` link: the hash is replaced, every session ends, every link dies. */
    async complete({ claim, newHash, notice, audit }: Reset): Promise<{ accountId: string } | "link_dead"> {
      const whose = claimedAccountId(db, claim);
      const [taken] = await db.batch([
        claimLink(db, claim, "reset_password"),
        db
          .update(accounts)
          .set({
            passwordHash: newHash,
            // The link came by mail to the account's own address, so it proves that address too.
            emailVerifiedAt: sql`coalesce(${accounts.emailVerifiedAt}, ${claim.now})`,
            updatedAt: claim.now,
          })
          .where(inArray(accounts.id, whose)),
        db
          .update(sessions)
          .set({ revokedAt: claim.now })
          .where(and(inArray(sessions.accountId, whose), isNull(sessions.revokedAt))),
        voidLinks(
          db,
          inArray(oneTimeLinks.accountId, whose),
          ["verify_email", "change_email", "reset_password"],
          claim.now,
        ),
        insertFrom(db, outbox, outboxRow(notice, ownerId, claim.now), oneTimeLinks, claimed(claim)),
        insertFrom(db, auditEvents, auditRow(audit, ownerId), oneTimeLinks, claimed(claim)),
      ]);
      return taken[0] ?? "link_dead";
    },
  };
}
