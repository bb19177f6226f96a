import { and, eq, exists, inArray, isNull, notExists, type SQL, sql } from "drizzle-orm";
import type { NewAuditEvent } from "../admin/audit-log/audit-event.ts";
import { auditRow } from "../admin/audit-log/statements.ts";
import { voidOneTimeCodes } from "../authentication/one-time-codes/statements.ts";
import { hasUnverifiedIdentity } from "../authentication/social/unverified-identity-statements.ts";
import type { Database } from "../db/database.ts";
import { insertFrom } from "../db/insert-select.ts";
import { runBatch } from "../db/run-batch.ts";
import {
  accounts,
  auditEvents,
  emailTokens,
  identities,
  oneTimeCodes,
  outbox,
  sessions,
} from "../db/schema.ts";
import type { NewMessage } from "../messaging/outbox/message.ts";
import { NO_SEND_LIMITS, queueMessage, type SendCaps } from "../messaging/outbox/statements.ts";
import { FIRST_PARTY_CLIENT } from "../sessions/session.ts";
import { endSessions, sessionIsLive } from "../sessions/statements.ts";
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
import type { ForeignAccessRemoval } from "./foreign-access.ts";
import { removeForeignAccess } from "./foreign-access-statements.ts";
import { auditBootstrap, emailVerificationColumns, registeredPasswordIsVoid } from "./statements.ts";
import { deleteUnprovenRegistration } from "./unproven-registration-statements.ts";

type EmailVerification = {
  readonly claim: EmailTokenClaim;
  readonly bootstrap: Bootstrap | null;
  /** The session of the browser or client that uses the link; null if it presents none. */
  readonly sessionId: string | null;
  readonly removal: ForeignAccessRemoval;
  /** To the owner, if an identity is removed. */
  readonly removalNotice: NewMessage;
  /** A token to choose a password, mailed if the account has none. Null: the deployment has no passwords. */
  readonly passwordChoice: { readonly emailToken: NewEmailToken; readonly mail: NewMessage } | null;
  readonly audit: NewAuditEvent;
};

type EmailChange = {
  readonly claim: EmailTokenClaim;
  readonly noticeToOldAddress: NewMessage;
  readonly audit: NewAuditEvent;
};

type Outcome = "confirmed" | "email_token_invalid";
type ConfirmOutcome =
  | {
      readonly endedSessionIds: readonly string[];
      /** Whether the mail with a token to choose a password was queued. */
      readonly mailedPasswordChoice: boolean;
    }
  | "email_token_invalid";

export type EmailVerificationStore = ReturnType<typeof emailVerificationStore>;

export function emailVerificationStore(db: Database, caps: SendCaps) {
  const ownerId = sql`${emailTokens.accountId}`;
  return {
    /**
     * Consumes a `verify_email` token, gives the account the address that received it, and verifies that. The account has
     * no other valid one, since a new one voids the earlier ones. Access that a user of the implied address has set up is
     * removed, unless the link is used in a session of the account. An account that is left without a password and without
     * an identity is mailed a token to choose a password.
     */
    async confirm(verification: EmailVerification): Promise<ConfirmOutcome> {
      const { claim, bootstrap, passwordChoice, audit } = verification;
      const accountIds = emailTokenAccountId(db, claim);
      const usedInSession = db
        .select({ one: sql`1` })
        .from(sessions)
        .where(
          and(
            eq(sessions.id, verification.sessionId ?? ""),
            eq(sessions.accountId, emailTokens.accountId),
            eq(sessions.clientId, FIRST_PARTY_CLIENT),
            sessionIsLive(claim.now),
          ),
        );
      const isImplied = exists(
        db
          .select({ one: sql`1` })
          .from(accounts)
          .where(and(eq(accounts.id, emailTokens.accountId), eq(accounts.emailImplied, true))),
      );
      const isForeign = and(emailTokenClaimed(claim), isImplied, notExists(usedInSession));
      const foreignIds = db.select({ accountId: emailTokens.accountId }).from(emailTokens).where(isForeign);
      const queueToOwner = (message: NewMessage, where: SQL | undefined) =>
        queueMessage(db, {
          message,
          accountId: ownerId,
          now: claim.now,
          limits: NO_SEND_LIMITS,
          caps,
          source: emailTokens,
          where,
        });
      const hasNoPassword = and(
        emailTokenClaimed(claim),
        exists(
          db
            .select({ one: sql`1` })
            .from(accounts)
            .where(and(eq(accounts.id, emailTokens.accountId), isNull(accounts.passwordHash))),
        ),
        notExists(
          db.select({ one: sql`1` }).from(identities).where(eq(identities.accountId, emailTokens.accountId)),
        ),
      );
      const proof = { accountIds, bootstrap, now: claim.now };
      const { consumed, ended, choiceMails } = await runBatch(db, {
        consumed: claimEmailToken(db, claim, "verify_email"),
        bootstrap: auditBootstrap(db, proof),
        removalNotice: queueToOwner(
          verification.removalNotice,
          and(isForeign, hasUnverifiedIdentity(db, foreignIds)),
        ),
        foreignAccess: removeForeignAccess(db, foreignIds, verification.removal, claim.now),
        ended: endSessions(db, foreignIds, claim.now),
        account: db
          .update(accounts)
          .set({
            ...emailVerificationColumns(db, proof),
            email: sql`(SELECT ${emailTokens.email} FROM ${emailTokens} WHERE ${emailTokenClaimed(claim)})`,
            passwordHash: sql`CASE WHEN ${registeredPasswordIsVoid(db, proof)} THEN NULL ELSE ${accounts.passwordHash} END`,
          })
          .where(inArray(accounts.id, accountIds)),
        passwordChoice: passwordChoice
          ? [
              ...queueToOwner(passwordChoice.mail, hasNoPassword),
              voidSurplusResetTokens(
                db,
                db.select({ id: emailTokens.accountId }).from(emailTokens).where(hasNoPassword),
                claim.now,
              ),
              insertFrom(
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
            ]
          : [],
        choiceMails: db
          .select({ id: outbox.id })
          .from(outbox)
          .where(eq(outbox.id, passwordChoice?.mail.id ?? "")),
        audit: insertFrom(db, auditEvents, auditRow(audit, ownerId), emailTokens, emailTokenClaimed(claim)),
      });
      if (consumed.length === 0) return "email_token_invalid";
      return { endedSessionIds: ended.map(({ id }) => id), mailedPasswordChoice: choiceMails.length > 0 };
    },

    /**
     * Consumes a `change_email` token, gives the account its address and voids every other token. An unproven
     * registration of the address is deleted.
     */
    async change({ claim, noticeToOldAddress, audit }: EmailChange): Promise<Outcome> {
      const accountIds = emailTokenAccountId(db, claim);
      const ofToken = (column: typeof emailTokens.email | typeof emailTokens.emailKey) =>
        sql`(SELECT ${column} FROM ${emailTokens} WHERE ${emailTokenClaimed(claim)})`;
      const { consumed } = await runBatch(db, {
        consumed: claimEmailToken(db, claim, "change_email"),
        registration: deleteUnprovenRegistration(db, ofToken(emailTokens.emailKey), claim.now),
        account: db
          .update(accounts)
          .set({
            email: ofToken(emailTokens.email),
            emailKey: ofToken(emailTokens.emailKey),
            emailVerifiedAt: claim.now,
            emailImplied: false,
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
