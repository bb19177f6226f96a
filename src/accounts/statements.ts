import { and, eq, exists, not, type SQL, sql } from "drizzle-orm";
import { alias } from "drizzle-orm/sqlite-core";
import { voidFactorRemoval } from "../authentication/factor-removal/statements.ts";
import { voidOneTimeCodes } from "../authentication/one-time-codes/statements.ts";
import type { EmailAddress } from "../core/email-address.ts";
import type { Locale } from "../core/locale.ts";
import type { Database } from "../db/database.ts";
import { emailVerifiedAt } from "../db/predicates.ts";
import { accounts, emailTokens, oneTimeCodes } from "../db/schema.ts";
import { EMAIL_TOKEN_PURPOSES } from "../registration/email-tokens/email-token.ts";
import { voidEmailTokens } from "../registration/email-tokens/statements.ts";
import { endSessions } from "../sessions/statements.ts";

/** Deactivates an account, ends its sessions and voids its email tokens, one-time codes and removal of factors. */
export const closeAccount = (db: Database, accountId: string, now: number, where: SQL) =>
  [
    db
      .update(accounts)
      .set({ status: "deactivated", updatedAt: now })
      .where(and(eq(accounts.id, accountId), where)),
    endSessions(db, accountId, now, where),
    voidEmailTokens(db, and(eq(emailTokens.accountId, accountId), where) as SQL, EMAIL_TOKEN_PURPOSES, now),
    voidOneTimeCodes(db, and(eq(oneTimeCodes.accountId, accountId), where) as SQL),
    voidFactorRemoval(db, accountId, where),
  ] as const;

/** The columns of an `Account`, without the password hash. */
export const accountColumns = {
  email: accounts.email,
  emailVerifiedAt: emailVerifiedAt(),
  emailImplied: accounts.emailImplied,
  name: accounts.name,
  lastName: accounts.lastName,
  username: accounts.username,
  age: accounts.age,
  phone: accounts.phone,
  phoneVerifiedAt: accounts.phoneVerifiedAt,
  avatarKey: accounts.avatarKey,
  locale: accounts.locale,
  publicMetadata: accounts.publicMetadata,
  role: accounts.role,
  status: accounts.status,
  deletionDueAt: accounts.deletionDueAt,
  createdAt: accounts.createdAt,
  updatedAt: accounts.updatedAt,
};

type NewAccount = {
  readonly id: string;
  readonly email: EmailAddress;
  readonly name: string;
  readonly locale: Locale;
  readonly now: number;
};

/** A new account with a name and an unverified address. */
export const newAccountRow = ({ id, email, name, locale, now }: NewAccount) => ({
  id,
  email: email.address,
  emailKey: email.key,
  emailVerifiedAt: null,
  emailImplied: false,
  name,
  lastName: null,
  username: null,
  usernameKey: null,
  age: null,
  phone: null,
  phoneVerifiedAt: null,
  avatarKey: null,
  passwordHash: null,
  // NOT NULL, and otherwise unused (db/schema.ts).
  loginOtp: false,
  locale,
  // Known devices are stored per address, and another account may have had this one.
  devicesKnownSince: now,
  firstSignedInAt: null,
  role: "user" as const,
  status: "active" as const,
  // The trigger of the invite token sets it.
  invitedAt: null,
  createdAt: now,
  updatedAt: now,
  resetByMailAt: null,
  enrolmentDueAt: null,
  deletionDueAt: null,
  publicMetadata: null,
  privateMetadata: null,
});

/**
 * The columns that reserve, on verification of the address, the username requested at registration. If
 * another account has reserved it meanwhile, the username is cleared. `lower` suffices: usernames are ASCII.
 */
export function claimUsername(db: Database) {
  const other = alias(accounts, "other");
  const isTaken = exists(
    db
      .select({ one: sql`1` })
      .from(other)
      .where(eq(other.usernameKey, sql`lower(${accounts.username})`)),
  );
  const isUnreserved = sql`${accounts.usernameKey} IS NULL`;
  return {
    username: sql`CASE WHEN ${isUnreserved} AND ${isTaken} THEN NULL ELSE ${accounts.username} END`,
    usernameKey: sql`CASE WHEN ${isUnreserved} AND ${not(isTaken)} THEN lower(${accounts.username}) ELSE ${accounts.usernameKey} END`,
  };
}
