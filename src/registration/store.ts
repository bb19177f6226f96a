import { and, eq, exists, inArray, isNotNull, isNull, ne, notExists, or, sql } from "drizzle-orm";
import { alias } from "drizzle-orm/sqlite-core";
import { newAccountRow } from "../accounts/statements.ts";
import type { NewAuditEvent } from "../admin/audit-log/audit-event.ts";
import { auditRow } from "../admin/audit-log/statements.ts";
import type { EmailAddress } from "../core/email-address.ts";
import type { Locale } from "../core/locale.ts";
import type { Database } from "../db/database.ts";
import { insertFrom, insertUnless } from "../db/insert-select.ts";
import { isActive } from "../db/predicates.ts";
import { runBatch } from "../db/run-batch.ts";
import { accounts, auditEvents, emailTokens } from "../db/schema.ts";
import type { NewMessage } from "../messaging/outbox/message.ts";
import {
  HOURLY_LIMIT,
  isInOutbox,
  queueMessage,
  REQUESTED_MESSAGE_LIMITS,
  type SendCaps,
} from "../messaging/outbox/statements.ts";
import type { NewEmailToken } from "./email-tokens/email-token.ts";
import { emailTokenRow, voidEmailTokens } from "./email-tokens/statements.ts";
import { isUnprovenRegistration, openInvitation } from "./unproven-registration-statements.ts";

type NewRegistration = {
  readonly id: string;
  readonly email: EmailAddress;
  readonly passwordHash: string;
  readonly name: string;
  readonly locale: Locale;
  readonly lastName: string | null;
  readonly username: string | null;
  readonly usernameKey: string | null;
  readonly age: number | null;
  readonly emailToken: NewEmailToken;
  /** To the unverified account of the address: the new one, or an earlier one. */
  readonly verification: NewMessage;
  /** To the existing owner of the address; at most one an hour. */
  readonly notice: NewMessage;
  readonly audit: NewAuditEvent;
  readonly now: number;
};

export type RegistrationStore = ReturnType<typeof registrationStore>;

export function registrationStore(db: Database, caps: SendCaps) {
  return {
    /** The password hash of the unverified account of the address, or null. */
    async findUnverifiedPasswordHash(emailKey: string): Promise<string | null> {
      const [row] = await db
        .select({ passwordHash: accounts.passwordHash })
        .from(accounts)
        .where(and(eq(accounts.emailKey, emailKey), isNull(accounts.emailVerifiedAt)));
      return row?.passwordHash ?? null;
    },

    /**
     * One batch of the same statements for a free and a taken address, so that neither time nor round
     * trips reveal an account. The unique indexes decide; the later statements depend on the first.
     */
    async create(registration: NewRegistration): Promise<"created" | "address_taken" | "username_taken"> {
      const created = eq(accounts.id, registration.id);
      const unverified = isUnverifiedRegistration(db, registration);
      const mailed = and(unverified, isInOutbox(db, registration.verification));
      const mailedId = db.select({ id: accounts.id }).from(accounts).where(mailed);
      const { inserted, namesakes } = await runBatch(db, {
        inserted: insertUnless(db, accounts, accountRow(registration), usernameOwner(db, registration))
          .onConflictDoNothing()
          .returning({ id: accounts.id }),
        namesakes: usernameOwner(db, registration),
        // The latest registrant gets the mail: an earlier one may have typed a variant that is another mailbox.
        address: db
          .update(accounts)
          .set({ email: registration.email.address })
          .where(and(unverified, ne(accounts.email, registration.email.address))),
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
        // Also when a cap holds back the mail.
        contested: db
          .update(accounts)
          .set(CLEARED_CREDENTIALS)
          .where(and(unverified, isContested(registration))),
        notice: noticeToOwner(db, registration, caps),
        audit: insertFrom(db, auditEvents, auditRow(registration.audit, registration.id), accounts, created),
      });
      if (inserted.length > 0) return "created";
      return namesakes.length > 0 ? "username_taken" : "address_taken";
    },
  };
}

/**
 * The unproven registration of the address: the new one or an earlier one. An invited account is none, since only its
 * invitation may activate it. Excluded is a registration that is refused for its username.
 */
const isUnverifiedRegistration = (db: Database, registration: NewRegistration) =>
  and(
    eq(accounts.emailKey, registration.email.key),
    isUnprovenRegistration(db, registration.now),
    notExists(usernameOwner(db, registration)),
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

/** The verified account that has the requested username. */
function usernameOwner(db: Database, registration: NewRegistration) {
  const namesake = alias(accounts, "namesake");
  return db
    .select({ id: namesake.id })
    .from(namesake)
    .where(eq(namesake.usernameKey, registration.usernameKey ?? sql`NULL`));
}

/**
 * Mails the existing owner of the address: a verified account, an admin or an invited account. Not if the
 * registration is refused for its username, since the response then concerns only the username.
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
      ne(accounts.id, registration.id),
      isActive(),
      or(
        isNotNull(accounts.emailVerifiedAt),
        ne(accounts.role, "user"),
        exists(openInvitation(db, registration.now)),
      ),
      notExists(usernameOwner(db, registration)),
    ),
  });
}
