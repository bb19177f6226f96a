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

type PasswordReset = {
  readonly claim: EmailTokenClaim;
  readonly purpose: "reset_password" | "invite";
  readonly bootstrap: Bootstrap | null;
  readonly newHash: string;
  /** The new language of messages to the account; undefined keeps the current one. */
  readonly locale: Locale | undefined;
  /** The lockouts that the verification of the address clears (security 17). */
  readonly lockoutKeys: readonly string[];
  readonly notices: ResetNotices | null;
  readonly audit: NewAuditEvent;
  /** The audit event of each removed identity. */
  readonly removal: NewAuditEvent;
};

/** The batch queues `alsoRemoved` if it removes identities, and `changed` if not. */
type ResetNotices = { readonly changed: NewMessage; readonly alsoRemoved: NewMessage };

export type PasswordResetStore = ReturnType<typeof passwordResetStore>;

export function passwordResetStore(db: Database, caps: SendCaps) {
  const ownerId = sql`${emailTokens.accountId}`;
  return {
    /**
     * Consumes a `reset_password` or `invite` token and replaces the hash. It ends every session and voids every
     * other token. It removes every identity whose provider has not verified the address of the account,
     * because an attacker may have linked it.
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
    }: PasswordReset): Promise<{ accountId: string } | "email_token_invalid"> {
      const accountIds = claimedAccountId(db, claim);
      const proof = { whose: accountIds, bootstrap, now: claim.now };
      const queueNotice = (notice: NewMessage, where: SQL) =>
        queueMessage(db, {
          draft: notice,
          accountId: ownerId,
          now: claim.now,
          limits: ALWAYS,
          caps,
          source: emailTokens,
          where: and(claimed(claim), where),
        });
      const removesIdentity = hasUnverifiedIdentity(db, accountIds);
      const [consumed] = await db.batch([
        claimEmailToken(db, claim, purpose),
        ...auditBootstrap(db, proof),
        db
          .update(accounts)
          .set({
            // The account's own address received the link, so the link verifies that address.
            ...provenAddress(db, proof),
            passwordHash: newHash,
            locale,
            // Devices that became known by the old password are unknown again.
            devicesKnownSince: claim.now + 1,
          })
          .where(inArray(accounts.id, accountIds)),
        voidOneTimeCodes(db, inArray(oneTimeCodes.accountId, accountIds)),
        endSessions(db, accountIds, claim.now),
        voidEmailTokens(db, inArray(emailTokens.accountId, accountIds), EVERY_PURPOSE, claim.now),
        clearAttempts(db, lockoutKeys, sql`EXISTS (SELECT 1 FROM ${emailTokens} WHERE ${claimed(claim)})`),
        ...(notices
          ? [
              ...queueNotice(notices.changed, not(removesIdentity)),
              ...queueNotice(notices.alsoRemoved, removesIdentity),
            ]
          : []),
        ...removeUnverifiedIdentities(db, accountIds, removal),
        insertFrom(db, auditEvents, auditRow(audit, ownerId), emailTokens, claimed(claim)),
      ]);
      return consumed[0] ?? "email_token_invalid";
    },
  };
}
