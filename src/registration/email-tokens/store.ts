import { and, eq, gt, inArray, isNull, ne, not, notExists, or, type SQL, sql } from "drizzle-orm";
import type { NewAuditEvent } from "../../admin/audit-log/audit-event.ts";
import { auditRow } from "../../admin/audit-log/statements.ts";
import { noFactorRemoval, selectFactorRemoval } from "../../authentication/factor-removal/statements.ts";
import type { Database } from "../../db/database.ts";
import { insertFrom } from "../../db/insert-select.ts";
import { addressIsVerified, isActive } from "../../db/predicates.ts";
import { runBatch } from "../../db/run-batch.ts";
import { accounts, auditEvents, emailTokens } from "../../db/schema.ts";
import type { NewMessage } from "../../messaging/outbox/message.ts";
import {
  isInOutbox,
  latestSend,
  NO_SEND_LIMITS,
  queueMessage,
  REQUESTED_MESSAGE_LIMITS,
  REQUESTED_RESET_LIMITS,
  retryAt,
  type SendCaps,
} from "../../messaging/outbox/statements.ts";
import { deleteQueuedRequest, requestIsQueued } from "../../queued-requests/statements.ts";
import {
  clientRetryAt,
  countClientRequest,
  readClientCounters,
  withinClientLimits,
} from "../../rate-limit/statements.ts";
import { queueDeactivatedNotice } from "../deactivated-notice-statements.ts";
import { addressHolder } from "../unproven-registration-statements.ts";
import type {
  EmailTokenForNewAddress,
  EmailTokenForNewAddressOutcome,
  EmailTokenPurpose,
  LiveEmailToken,
  NewEmailToken,
} from "./email-token.ts";
import { emailTokenRow, voidEmailTokens, voidSurplusResetTokens } from "./statements.ts";

type EmailTokenByAddress = {
  /** The queued request that causes it. */
  readonly requestId: string;
  readonly emailKey: string;
  readonly emailToken: NewEmailToken;
  readonly mail: NewMessage;
  /** To the owner of a deactivated account; at most one an hour. */
  readonly deactivatedNotice: NewMessage;
  readonly audit: NewAuditEvent | null;
  /** Issues only for an unverified address. */
  readonly unverifiedOnly: boolean;
};

export type EmailTokenStore = ReturnType<typeof emailTokenStore>;

export function emailTokenStore(db: Database, caps: SendCaps) {
  return {
    /**
     * Performs a queued request: mails a new token to the account of the address. A new verification link voids the
     * earlier ones. Of reset links the two newest earlier ones stay valid, since anyone can request another one.
     */
    async issueByAddress(issue: EmailTokenByAddress): Promise<void> {
      const now = issue.emailToken.createdAt;
      const owner = and(
        eq(accounts.emailKey, issue.emailKey),
        isActive(),
        issue.unverifiedOnly ? not(addressIsVerified() as SQL) : undefined,
        requestIsQueued(db, issue.requestId),
      );
      const tokenRow = emailTokenRow(issue.emailToken, {
        accountId: sql`${accounts.id}`,
        email: sql`${accounts.email}`,
        emailKey: sql`${accounts.emailKey}`,
      });
      const ownerId = sql`${accounts.id}`;
      const mailed = and(owner, isInOutbox(db, issue.mail));
      const mailedId = db.select({ id: accounts.id }).from(accounts).where(mailed);
      await runBatch(db, {
        mail: queueMessage(db, {
          message: issue.mail,
          accountId: ownerId,
          now,
          limits:
            issue.emailToken.purpose === "reset_password" ? REQUESTED_RESET_LIMITS : REQUESTED_MESSAGE_LIMITS,
          caps,
          source: accounts,
          where: owner,
        }),
        // Only a queued mail voids earlier tokens: a send cap must not leave the user without a token.
        earlierTokens:
          issue.emailToken.purpose === "reset_password"
            ? voidSurplusResetTokens(db, mailedId, now)
            : voidEmailTokens(db, inArray(emailTokens.accountId, mailedId), [issue.emailToken.purpose], now),
        token: insertFrom(db, emailTokens, tokenRow, accounts, mailed),
        audit: issue.audit
          ? [insertFrom(db, auditEvents, auditRow(issue.audit, ownerId), accounts, mailed)]
          : [],
        deactivatedNotice: queueDeactivatedNotice(
          db,
          {
            notice: issue.deactivatedNotice,
            emailKey: issue.emailKey,
            requestId: issue.requestId,
            now,
          },
          caps,
        ),
        request: deleteQueuedRequest(db, issue.requestId),
      });
    },

    /**
     * Mails a token to an address that the account does not have yet, and a notice to its current one. If another account
     * holds the address, its owner gets a notice instead, under the same limits. The token is stored then, too, although no
     * mail has it: neither the result, nor a limit, nor the number of written rows reveals that account (security 9). A
     * link to another address becomes invalid, also if a limit holds the mail back.
     */
    async issueForNewAddress(issue: EmailTokenForNewAddress): Promise<EmailTokenForNewAddressOutcome> {
      const now = issue.emailToken.createdAt;
      const owner = and(
        eq(accounts.id, issue.accountId),
        isActive(),
        eq(accounts.passwordHash, issue.checkedHash),
        noFactorRemoval(db, issue.accountId),
      );
      const tokenRow = emailTokenRow(issue.emailToken, {
        accountId: issue.accountId,
        email: issue.newEmail.address,
        emailKey: issue.newEmail.key,
      });
      const { clientLimits } = issue;
      const common = { accountId: issue.accountId, now, caps, source: accounts };
      const isFree = notExists(addressHolder(db, issue.newEmail.key, now));
      const told = or(isInOutbox(db, issue.mail), isInOutbox(db, issue.noticeToHolder));
      const queueRequested = (message: NewMessage, where: SQL) =>
        queueMessage(db, {
          ...common,
          message,
          limits: REQUESTED_MESSAGE_LIMITS,
          where: and(owner, withinClientLimits(clientLimits), where),
        });
      const { counters, owners, removals, latest, token } = await runBatch(db, {
        client: countClientRequest(db, clientLimits, now),
        counters: readClientCounters(db, clientLimits),
        owners: db.select({ id: accounts.id }).from(accounts).where(owner),
        removals: selectFactorRemoval(db, issue.accountId),
        latest: latestSend(db, issue.accountId, issue.mail, now),
        mail: queueRequested(issue.mail, isFree),
        noticeToHolder: queueRequested(issue.noticeToHolder, not(isFree)),
        // The earlier link to the same address stays valid if its mail is the last one that a limit lets through.
        earlierToken: voidEmailTokens(
          db,
          and(
            eq(emailTokens.accountId, issue.accountId),
            or(told, ne(emailTokens.emailKey, issue.newEmail.key)),
            sql`EXISTS ${db.select({ one: sql`1` }).from(accounts).where(owner)}`,
          ) as SQL,
          [issue.emailToken.purpose],
          now,
        ),
        token: insertFrom(db, emailTokens, tokenRow, accounts, and(owner, told)).returning({
          tokenHash: emailTokens.tokenHash,
        }),
        notice: queueMessage(db, {
          ...common,
          message: issue.noticeToOldAddress,
          limits: NO_SEND_LIMITS,
          where: and(owner, told),
        }),
        audit: insertFrom(
          db,
          auditEvents,
          auditRow(issue.audit, issue.accountId),
          accounts,
          and(owner, told),
        ),
      });
      if (token.length > 0) return { kind: "issued" };
      if (removals.length > 0) return { kind: "factor_removal_pending" };
      if (owners.length === 0) return { kind: "changed_meanwhile" };
      return { kind: "send_cap", retryAt: clientRetryAt(counters, clientLimits) ?? retryAt(latest, now) };
    },

    /** The token with that hash if it is valid for one of the purposes. Changes nothing. */
    async findLive(
      tokenHash: string,
      purposes: readonly EmailTokenPurpose[],
      now: number,
    ): Promise<LiveEmailToken | null> {
      const [row] = await db
        .select({
          purpose: emailTokens.purpose,
          accountId: emailTokens.accountId,
          accountEmail: accounts.email,
          email: emailTokens.email,
          name: accounts.name,
          lastName: accounts.lastName,
          username: accounts.username,
        })
        .from(emailTokens)
        .innerJoin(accounts, eq(accounts.id, emailTokens.accountId))
        .where(
          and(
            eq(emailTokens.tokenHash, tokenHash),
            inArray(emailTokens.purpose, [...purposes]),
            isNull(emailTokens.consumedAt),
            gt(emailTokens.expiresAt, now),
            isActive(),
            // A token verifies only the address that it was mailed to.
            or(eq(emailTokens.purpose, "change_email"), eq(accounts.emailKey, emailTokens.emailKey)),
          ),
        );
      return row ?? null;
    },
  };
}
