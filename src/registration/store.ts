import { and, asc, eq, exists, inArray, isNotNull, isNull, ne, or, sql } from "drizzle-orm";
import { newAccountRow } from "../accounts/statements.ts";
import { auditRow } from "../admin/audit-log/statements.ts";
import type { Database } from "../db/database.ts";
import { insertFrom, insertIf } from "../db/insert-select.ts";
import { isActive } from "../db/predicates.ts";
import { runBatch } from "../db/run-batch.ts";
import { accounts, auditEvents, emailTokens, queuedRequests } from "../db/schema.ts";
import type { NewMessage } from "../messaging/outbox/message.ts";
import {
  HOURLY_LIMIT,
  isInOutbox,
  queueMessage,
  REQUESTED_MESSAGE_LIMITS,
  type SendCaps,
} from "../messaging/outbox/statements.ts";
import type { RegistrationRequest } from "../queued-requests/queued-request.ts";
import { deleteQueuedRequest, requestIsQueued } from "../queued-requests/statements.ts";
import { queueDeactivatedNotice } from "./deactivated-notice-statements.ts";
import type { NewEmailToken } from "./email-tokens/email-token.ts";
import { emailTokenRow, voidEmailTokens } from "./email-tokens/statements.ts";
import { deleteAnswers, storeAnswers } from "./sign-up-fields/statements.ts";
import { isUnprovenRegistration, openInvitation } from "./unproven-registration-statements.ts";

type NewRegistration = Omit<RegistrationRequest, "kind"> & {
  /** The queued request that the registration performs. */
  readonly requestId: string;
  readonly emailToken: NewEmailToken;
  /** To the unverified account of the address: the new one, or an earlier one. */
  readonly verification: NewMessage;
  /** To the existing owner of the address; at most one an hour. */
  readonly notice: NewMessage;
  /** To the owner of a deactivated account; at most one an hour. */
  readonly deactivatedNotice: NewMessage;
  readonly now: number;
};

export type RegistrationStore = ReturnType<typeof registrationStore>;

export function registrationStore(db: Database, caps: SendCaps) {
  return {
    /**
     * The password hash of the unverified account of the address, else that of the first registration of it that waits in
     * the queue, or null. `target`: that of the queued registrations of the address.
     */
    async findUnverifiedPasswordHash(emailKey: string, target: string): Promise<string | null> {
      const { stored, queued } = await runBatch(db, {
        stored: db
          .select({ passwordHash: accounts.passwordHash })
          .from(accounts)
          .where(and(eq(accounts.emailKey, emailKey), isNull(accounts.emailVerifiedAt))),
        queued: db
          .select({ passwordHash: queuedRequests.passwordHash })
          .from(queuedRequests)
          .where(eq(queuedRequests.target, target))
          .orderBy(asc(queuedRequests.createdAt))
          .limit(1),
      });
      return stored[0]?.passwordHash ?? queued[0]?.passwordHash ?? null;
    },

    /**
     * Performs a queued registration in one batch. The unique indexes decide; the later statements depend on the first. A
     * username that another account has reserved since the request was checked is left out.
     */
    async create(registration: NewRegistration): Promise<void> {
      const created = eq(accounts.id, registration.id);
      const unverified = isUnverifiedRegistration(db, registration);
      const mailed = and(unverified, isInOutbox(db, registration.verification));
      const mailedId = db.select({ id: accounts.id }).from(accounts).where(mailed);
      const isQueued = requestIsQueued(db, registration.requestId);
      await runBatch(db, {
        account: [insertIf(db, accounts, accountRow(registration), isQueued).onConflictDoNothing()],
        // The latest registrant gets the mail: an earlier one may have typed a variant that is another mailbox.
        address: [
          db
            .update(accounts)
            .set({ email: registration.email.address })
            .where(and(unverified, ne(accounts.email, registration.email.address))),
        ],
        verification: queueMessage(db, {
          message: registration.verification,
          accountId: sql`${accounts.id}`,
          now: registration.now,
          limits: REQUESTED_MESSAGE_LIMITS,
          caps,
          source: accounts,
          where: unverified,
        }),
        earlierTokens: voidEmailTokens(
          db,
          inArray(emailTokens.accountId, mailedId),
          ["verify_email"],
          registration.now,
        ),
        token: insertFrom(db, emailTokens, verificationTokenRow(registration), accounts, mailed),
        answers: storeAnswers(db, {
          accountId: registration.id,
          answers: registration.answers ?? [],
          at: registration.audit.at,
          where: and(created, isQueued),
        }),
        // Before the password is cleared, and also when a cap holds back the mail.
        contestedAnswers: deleteAnswers(
          db,
          db
            .select({ id: accounts.id })
            .from(accounts)
            .where(and(unverified, isContested(registration))),
        ),
        // Also when a cap holds back the mail.
        contested: db
          .update(accounts)
          .set(CLEARED_CREDENTIALS)
          .where(and(unverified, isContested(registration))),
        notice: noticeToOwner(db, registration, caps),
        deactivatedNotice: queueDeactivatedNotice(
          db,
          {
            notice: registration.deactivatedNotice,
            emailKey: registration.email.key,
            requestId: registration.requestId,
            now: registration.now,
          },
          caps,
        ),
        audit: insertFrom(
          db,
          auditEvents,
          auditRow(registration.audit, registration.id),
          accounts,
          and(created, isQueued),
        ),
        request: deleteQueuedRequest(db, registration.requestId),
      });
    },
  };
}

/**
 * The unproven registration of the address: the new one or an earlier one. An invited account is none, since only its
 * invitation may activate it.
 */
const isUnverifiedRegistration = (db: Database, registration: NewRegistration) =>
  and(
    eq(accounts.emailKey, registration.email.key),
    isUnprovenRegistration(db, registration.now),
    requestIsQueued(db, registration.requestId),
  );

/**
 * Contested address: a second registration gives another password. Neither registrant has verified the
 * mailbox, so the account keeps the credentials and profile of neither (decision 020).
 */
const isContested = ({ passwordHash }: NewRegistration) =>
  sql`${accounts.passwordHash} IS NOT ${passwordHash}`;

/** The owner of the mailbox chooses a password after verification. The name becomes the local part of the address. */
const CLEARED_CREDENTIALS = {
  passwordHash: null,
  name: sql`substr(${accounts.email}, 1, min(instr(${accounts.email}, '@') - 1, 64))`,
  lastName: null,
  username: null,
  age: null,
};

const verificationTokenRow = ({ emailToken }: NewRegistration) =>
  emailTokenRow(emailToken, {
    accountId: sql`${accounts.id}`,
    email: sql`${accounts.email}`,
    emailKey: sql`${accounts.emailKey}`,
  });

const accountRow = (registration: NewRegistration) => ({
  ...newAccountRow(registration),
  lastName: registration.lastName,
  // Without `usernameKey`: verification reserves the username. If an unverified account reserved it, a probe
  // with that username would reveal which of two registrations created an account.
  username: registration.username,
  age: registration.age,
  passwordHash: registration.passwordHash,
});

/**
 * Mails the existing owner of the address: a verified account, an admin or an invited account. The account that the
 * registration has created is none of them.
 */
function noticeToOwner(db: Database, registration: NewRegistration, caps: SendCaps) {
  return queueMessage(db, {
    message: registration.notice,
    accountId: sql`${accounts.id}`,
    now: registration.now,
    limits: HOURLY_LIMIT,
    caps,
    source: accounts,
    where: and(
      eq(accounts.emailKey, registration.email.key),
      isActive(),
      or(
        isNotNull(accounts.emailVerifiedAt),
        ne(accounts.role, "user"),
        exists(openInvitation(db, registration.now)),
      ),
      requestIsQueued(db, registration.requestId),
    ),
  });
}
