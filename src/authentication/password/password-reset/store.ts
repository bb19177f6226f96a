import { and, inArray, not, type SQL, sql } from "drizzle-orm";
import type { NewAuditEvent } from "../../../admin/audit-log/audit-event.ts";
import { auditRow } from "../../../admin/audit-log/statements.ts";
import { removeForeignKeys } from "../../../api-keys/statements.ts";
import type { Locale } from "../../../core/locale.ts";
import type { Database } from "../../../db/database.ts";
import { insertFrom } from "../../../db/insert-select.ts";
import { runBatch } from "../../../db/run-batch.ts";
import { accounts, auditEvents, emailTokens, knownDevices, oneTimeCodes } from "../../../db/schema.ts";
import type { NewMessage } from "../../../messaging/outbox/message.ts";
import { NO_SEND_LIMITS, queueMessage, type SendCaps } from "../../../messaging/outbox/statements.ts";
import { removeGrants } from "../../../oauth/grants/statements.ts";
import type { Bootstrap } from "../../../registration/bootstrap-superuser.ts";
import { EMAIL_TOKEN_PURPOSES } from "../../../registration/email-tokens/email-token.ts";
import {
  claimEmailToken,
  type EmailTokenClaim,
  emailTokenAccountId,
  emailTokenClaimed,
  voidEmailTokens,
} from "../../../registration/email-tokens/statements.ts";
import type { ForeignAccessRemoval } from "../../../registration/foreign-access.ts";
import { removeForeignFactors, removeForeignPhone } from "../../../registration/foreign-access-statements.ts";
import { auditBootstrap, emailVerificationColumns } from "../../../registration/statements.ts";
import { endSessions } from "../../../sessions/statements.ts";
import { knownDeviceRow } from "../../known-devices/statements.ts";
import { clearAttempts } from "../../lockout/attempt-counter-statements.ts";
import { voidOneTimeCodes } from "../../one-time-codes/statements.ts";
import {
  hasUnverifiedIdentity,
  removeUnverifiedIdentities,
} from "../../social/unverified-identity-statements.ts";

type PasswordReset = {
  readonly claim: EmailTokenClaim;
  readonly purpose: "reset_password" | "invite";
  readonly bootstrap: Bootstrap | null;
  /** Null: the deployment has no passwords, and the user has accepted an invitation. */
  readonly newHash: string | null;
  /** The new language of messages to the account; undefined keeps the current one. */
  readonly locale: Locale | undefined;
  /** The lockouts that the verification of the address clears (security 17). */
  readonly lockoutKeys: readonly string[];
  /** The browser or app that completes the reset. */
  readonly device: { readonly id: string; readonly ip: string | null; readonly userAgent: string | null };
  readonly notices: ResetNotices | null;
  readonly audit: NewAuditEvent;
  readonly removal: ForeignAccessRemoval;
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
     * because an attacker may have linked it. Every device becomes unknown, and then `device` becomes known.
     */
    async complete({
      claim,
      purpose,
      bootstrap,
      newHash,
      locale,
      lockoutKeys,
      device,
      notices,
      audit,
      removal,
    }: PasswordReset): Promise<{ accountId: string; devicesKnownSince: number } | "email_token_invalid"> {
      const devicesKnownSince = claim.now + 1;
      const accountIds = emailTokenAccountId(db, claim);
      const proof = { accountIds: accountIds, bootstrap, now: claim.now };
      const queueNotice = (notice: NewMessage, where: SQL) =>
        queueMessage(db, {
          message: notice,
          accountId: ownerId,
          now: claim.now,
          limits: NO_SEND_LIMITS,
          caps,
          source: emailTokens,
          where: and(emailTokenClaimed(claim), where),
        });
      const removesIdentity = hasUnverifiedIdentity(db, accountIds);
      const { consumed } = await runBatch(db, {
        consumed: claimEmailToken(db, claim, purpose),
        bootstrap: auditBootstrap(db, proof),
        // While the address counts as implied, which the update of the account ends.
        factors: removeForeignFactors(db, accountIds),
        phone: removeForeignPhone(db, accountIds, removal.phoneRemoved),
        apiKeys: removeForeignKeys(db, accountIds, removal.apiKeysRevoked),
        apps: removeGrants(db, accountIds, removal.appsRevoked),
        account: [
          db
            .update(accounts)
            .set({
              // The account's own address received the link, so the link verifies that address.
              ...emailVerificationColumns(db, proof),
              passwordHash: newHash,
              locale,
              // Devices that became known by the old password are unknown again.
              devicesKnownSince,
              // An invitation sets the first password, which takes nothing away from a user who has factors.
              ...(purpose === "reset_password" ? { resetByMailAt: claim.now } : {}),
            })
            .where(inArray(accounts.id, accountIds)),
        ],
        credentials: [
          voidOneTimeCodes(db, inArray(oneTimeCodes.accountId, accountIds)),
          endSessions(db, accountIds, claim.now),
          voidEmailTokens(db, inArray(emailTokens.accountId, accountIds), EMAIL_TOKEN_PURPOSES, claim.now),
          clearAttempts(
            db,
            lockoutKeys,
            sql`EXISTS (SELECT 1 FROM ${emailTokens} WHERE ${emailTokenClaimed(claim)})`,
          ),
        ],
        devices: [
          db.delete(knownDevices).where(inArray(knownDevices.accountId, accountIds)),
          insertFrom(
            db,
            knownDevices,
            knownDeviceRow({ ...device, accountId: ownerId, now: devicesKnownSince }),
            emailTokens,
            emailTokenClaimed(claim),
          ),
        ],
        notices: notices
          ? [
              ...queueNotice(notices.changed, not(removesIdentity)),
              ...queueNotice(notices.alsoRemoved, removesIdentity),
            ]
          : [],
        identities: removeUnverifiedIdentities(db, accountIds, removal.identityRemoved),
        audit: [insertFrom(db, auditEvents, auditRow(audit, ownerId), emailTokens, emailTokenClaimed(claim))],
      });
      return consumed[0] ? { ...consumed[0], devicesKnownSince } : "email_token_invalid";
    },
  };
}
