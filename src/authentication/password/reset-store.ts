import { and, inArray, not, type SQL, sql } from "drizzle-orm";
import type { NewAuditEvent } from "../../admin/audit-log/audit-event.ts";
import { auditRow } from "../../admin/audit-log/statements.ts";
import type { Locale } from "../../core/locale.ts";
import type { Database } from "../../db/database.ts";
import { insertFrom } from "../../db/insert-from.ts";
import { accounts, auditEvents, emailTokens, oneTimeCodes } from "../../db/schema.ts";
import type { NewMessage } from "../../messaging/outbox/message.ts";
import { ALWAYS, queueMessage, type SendCaps } from "../../messaging/outbox/statements.ts";
import type { Bootstrap } from "../../registration/bootstrap-superuser.ts";
import { EVERY_PURPOSE } from "../../registration/email-tokens/email-token.ts";
import {
  claimEmailToken,
  claimed,
  claimedAccountId,
  type EmailTokenClaim,
  voidEmailTokens,
} from "../../registration/email-tokens/statements.ts";
import { auditBootstrap, provenAddress } from "../../registration/statements.ts";
import { endSessions } from "../../sessions/statements.ts";
import { clearAttempts } from "../lockout/statements.ts";
import { voidOneTimeCodes } from "../one-time-codes/statements.ts";
import {
  hasUnverifiedIdentity,
  removeUnverifiedIdentities,
} from "../social/unverified-identity-statements.ts";

type Reset = {
  readonly claim: EmailTokenClaim;
  readonly purpose: "reset_password" | "invite";
  readonly bootstrap: Bootstrap | null;
  readonly newHash: string;
  /** What the account is written to in from now on; undefined leaves it. */
  readonly locale: Locale | undefined;
  /** The locks that proving the address opens (security 17). */
  readonly lockoutKeys: readonly string[];
  readonly notices: ResetNotices | null;
  readonly audit: NewAuditEvent;
  /** What the trail says of each identity that goes. */
  readonly removal: NewAuditEvent;
};

/** One of the two is mailed: the other one where identities went as well. */
type ResetNotices = { readonly changed: NewMessage; readonly alsoRemoved: NewMessage };

export function passwordResetStore(db: Database, caps: SendCaps) {
  const ownerId = sql`${emailTokens.accountId}`;
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
      lockoutKeys,
      notices,
      audit,
      removal,
    }: Reset): Promise<{ accountId: string } | "email_token_invalid"> {
      const whose = claimedAccountId(db, claim);
      const proof = { whose, bootstrap, now: claim.now };
      const tell = (draft: NewMessage, where: SQL) =>
        queueMessage(db, {
          draft,
          accountId: ownerId,
          now: claim.now,
          limits: ALWAYS,
          caps,
          source: emailTokens,
          where: and(claimed(claim), where),
        });
      const goes = hasUnverifiedIdentity(db, whose);
      const [taken] = await db.batch([
        claimEmailToken(db, claim, purpose),
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
        voidOneTimeCodes(db, inArray(oneTimeCodes.accountId, whose)),
        endSessions(db, whose, claim.now),
        voidEmailTokens(db, inArray(emailTokens.accountId, whose), EVERY_PURPOSE, claim.now),
        clearAttempts(db, lockoutKeys, sql`EXISTS (SELECT 1 FROM ${emailTokens} WHERE ${claimed(claim)})`),
        ...(notices ? [...tell(notices.changed, not(goes)), ...tell(notices.alsoRemoved, goes)] : []),
        ...removeUnverifiedIdentities(db, whose, removal),
        insertFrom(db, auditEvents, auditRow(audit, ownerId), emailTokens, claimed(claim)),
      ]);
      return taken[0] ?? "email_token_invalid";
    },
  };
}
