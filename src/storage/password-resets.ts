import { and, inArray, not, type SQL, sql } from "drizzle-orm";
import type { Bootstrap } from "../accounts/draft-bootstrap.ts";
import type { AuditDraft } from "../audit/event.ts";
import type { Locale } from "../kernel/locale.ts";
import { EVERY_PURPOSE } from "../one-time-links/link.ts";
import type { MessageDraft } from "../outbox/message.ts";
import { clearAttempts } from "./attempt-counters.ts";
import { voidChallenges } from "./challenges.ts";
import type { Database } from "./database.ts";
import { insertFrom } from "./insert-from.ts";
import { claimed, claimedAccountId, claimLink, type LinkClaim, voidLinks } from "./one-time-links.ts";
import { auditBootstrap, provenAddress } from "./prove-address.ts";
import { ALWAYS, queueMessage, type SendCaps } from "./queue-message.ts";
import { auditRow } from "./rows.ts";
import { accounts, auditEvents, challenges, oneTimeLinks } from "./schema.ts";
import { endSessions } from "./sessions.ts";
import { hasUnvouched, removeUnvouched } from "./unvouched-identities.ts";

type Reset = {
  readonly claim: LinkClaim;
  readonly purpose: "reset_password" | "invite";
  readonly bootstrap: Bootstrap | null;
  readonly newHash: string;
  /** What the account is written to in from now on; undefined leaves it. */
  readonly locale: Locale | undefined;
  /** The locks that proving the address opens (security 17). */
  readonly lockKeys: readonly string[];
  readonly notices: ResetNotices | null;
  readonly audit: AuditDraft;
  /** What the trail says of each identity that goes. */
  readonly removal: AuditDraft;
};

/** One of the two is mailed: the other one where identities went as well. */
type ResetNotices = { readonly changed: MessageDraft; readonly alsoRemoved: MessageDraft };

export function passwordResetStorage(db: Database, caps: SendCaps) {
  const ownerId = sql`${oneTimeLinks.accountId}`;
  return {
    /**
     * Spends a `reset_password` or `invite` link: the hash is replaced, every session ends, every link dies, and what
     * signs in without being vouched for by the mailbox goes: somebody may have linked it who was no owner.
     */
    async complete({
      claim,
      purpose,
      bootstrap,
      newHash,
      locale,
      lockKeys,
      notices,
      audit,
      removal,
    }: Reset): Promise<{ accountId: string } | "link_dead"> {
      const whose = claimedAccountId(db, claim);
      const proof = { whose, bootstrap, now: claim.now };
      const tell = (draft: MessageDraft, where: SQL) =>
        queueMessage(db, {
          draft,
          accountId: ownerId,
          now: claim.now,
          limits: ALWAYS,
          caps,
          source: oneTimeLinks,
          where: and(claimed(claim), where),
        });
      const goes = hasUnvouched(db, whose);
      const [taken] = await db.batch([
        claimLink(db, claim, purpose),
        ...auditBootstrap(db, proof),
        db
          .update(accounts)
          .set({
            // The link came by mail to the account's own address, so it proves that address too.
            ...provenAddress(db, proof),
            passwordHash: newHash,
            locale,
            // Devices on which somebody may have known the old password are strangers again.
            devicesKnownSince: claim.now + 1,
          })
          .where(inArray(accounts.id, whose)),
        voidChallenges(db, inArray(challenges.accountId, whose)),
        endSessions(db, whose, claim.now),
        voidLinks(db, inArray(oneTimeLinks.accountId, whose), EVERY_PURPOSE, claim.now),
        clearAttempts(db, lockKeys, sql`EXISTS (SELECT 1 FROM ${oneTimeLinks} WHERE ${claimed(claim)})`),
        ...(notices ? [...tell(notices.changed, not(goes)), ...tell(notices.alsoRemoved, goes)] : []),
        ...removeUnvouched(db, whose, removal),
        insertFrom(db, auditEvents, auditRow(audit, ownerId), oneTimeLinks, claimed(claim)),
      ]);
      return taken[0] ?? "link_dead";
    },
  };
}
