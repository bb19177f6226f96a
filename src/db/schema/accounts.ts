import { sql } from "drizzle-orm";
import { index, integer, primaryKey, sqliteTable, text, uniqueIndex } from "drizzle-orm/sqlite-core";
import { LOCALES } from "../../core/locale.ts";

/** User accounts. `email_key` and `username_key` are the folded forms; they decide uniqueness. */
export const accounts = sqliteTable(
  "accounts",
  {
    id: text().primaryKey(),
    email: text().notNull(),
    emailKey: text("email_key").notNull(),
    /** When the address began to allow signing in: verified, or (`email_implied`) only implied by a provider. */
    emailVerifiedAt: integer("email_verified_at"),
    /** A provider only implied the address (`EmailTrust`): the account may sign in, but its address is not verified. */
    emailImplied: integer("email_implied", { mode: "boolean" }).notNull().default(false),
    name: text().notNull(),
    lastName: text("last_name"),
    username: text(),
    usernameKey: text("username_key"),
    age: integer(),
    /** E.164. */
    phone: text(),
    phoneVerifiedAt: integer("phone_verified_at"),
    /** The R2 key of the current picture. */
    avatarKey: text("avatar_key"),
    passwordHash: text("password_hash"),
    /**
     * Replaced by `factors`: no code reads or changes it. Triggers keep it equal to the factor `email_otp` for the
     * previous release. The migration of the next release drops column and triggers.
     */
    loginOtp: integer("login_otp", { mode: "boolean" }).notNull().default(false),
    /** The language of messages. Null means the default. */
    locale: text({ enum: LOCALES }),
    /** Devices that became known before this instant count as unknown. */
    devicesKnownSince: integer("devices_known_since").notNull().default(0),
    /** Later sign-ins of unknown devices are notified. Null until the first sign-in. */
    firstSignedInAt: integer("first_signed_in_at"),
    role: text({ enum: ["user", "admin", "superuser"] }).notNull(),
    status: text({ enum: ["active", "deactivated"] }).notNull(),
    /** When an admin first invited the user. A trigger of migration 0015 sets it with the first `invite` token. */
    invitedAt: integer("invited_at"),
    createdAt: integer("created_at").notNull(),
    updatedAt: integer("updated_at").notNull(),
    /** The last password reset by mail, until a sign-in with a stronger second factor than the mailed code. */
    resetByMailAt: integer("reset_by_mail_at"),
    /** When a required second factor must be enrolled. Set by the first sign-in that finds none. */
    enrolmentDueAt: integer("enrolment_due_at"),
    /** When the account is erased. Null unless its user has requested the deletion. */
    deletionDueAt: integer("deletion_due_at"),
    /** A JSON object that the user reads and admins write. */
    publicMetadata: text("public_metadata"),
    /** A JSON object for the team's services only. */
    privateMetadata: text("private_metadata"),
  },
  (table) => [
    uniqueIndex("accounts_email_key").on(table.emailKey),
    // Finds the unverified registrations to delete.
    index("accounts_unverified").on(table.createdAt).where(sql`email_verified_at IS NULL`),
    uniqueIndex("accounts_username_key").on(table.usernameKey),
    // Finds the other superusers without a full scan.
    index("accounts_superusers").on(table.status).where(sql`role = 'superuser'`),
    // Finds the accounts to erase.
    index("accounts_deletion").on(table.deletionDueAt).where(sql`deletion_due_at IS NOT NULL`),
  ],
);

/** What the user entered in the custom fields of the sign-up form (SIGN_UP_FIELDS). */
export const signUpAnswers = sqliteTable(
  "sign_up_answers",
  {
    accountId: text("account_id")
      .notNull()
      .references(() => accounts.id, { onDelete: "cascade" }),
    /** The name of the field. */
    field: text().notNull(),
    /** JSON: text, number or true. */
    value: text().notNull(),
    /** The version of what was accepted, such as terms. Null for a field without versions. */
    version: text(),
    answeredAt: integer("answered_at").notNull(),
  },
  (table) => [primaryKey({ columns: [table.accountId, table.field] })],
);

/**
 * Unused pictures in R2: replaced, of a deleted account, or of an interrupted upload. The row is
 * inserted before the object and deleted after it, so no object is orphaned.
 */
export const discardedAvatars = sqliteTable(
  "discarded_avatars",
  {
    key: text().primaryKey(),
    /** When the object may be deleted. The delay lets a running upload finish. */
    dueAt: integer("due_at").notNull(),
  },
  (table) => [index("discarded_avatars_due").on(table.dueAt)],
);
