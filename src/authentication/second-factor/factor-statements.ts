import { and, asc, eq, exists, isNotNull, ne, notExists, or, type SQL, sql } from "drizzle-orm";
import { alias } from "drizzle-orm/sqlite-core";
import type { NewAuditEvent } from "../../admin/audit-log/audit-event.ts";
import { auditRow } from "../../admin/audit-log/statements.ts";
import type { Database } from "../../db/database.ts";
import { accounts, factors, identities, knownDevices, recoveryCodes } from "../../db/schema.ts";
import type { CurrentSession } from "../../sessions/session.ts";
import { endConfirmationOfOthers } from "../reauthentication/statements.ts";

const other = alias(factors, "other_factor");

/** The factors of an account, the oldest first. */
export const selectFactors = (db: Database, accountId: string) =>
  db
    .select({
      id: factors.id,
      kind: factors.kind,
      label: factors.label,
      createdAt: factors.createdAt,
      lastUsedAt: factors.lastUsedAt,
      isSecondFactor: factors.isSecondFactor,
      isSynced: factors.isSynced,
    })
    .from(factors)
    .where(eq(factors.accountId, accountId))
    .orderBy(asc(factors.createdAt), asc(factors.id));

/** A query for the second factors of an account that the user has set up, apart from one factor. */
const selectSecondFactors = (db: Database, accountId: string, except = "") =>
  db
    .select({ one: sql`1` })
    .from(other)
    .where(and(eq(other.accountId, accountId), eq(other.isSecondFactor, true), ne(other.id, except)));

/** Whether the account has a second factor that its user has set up, apart from `except`. */
export const hasSecondFactor = (db: Database, accountId: string, except?: string): SQL =>
  exists(selectSecondFactors(db, accountId, except));

export const hasNoSecondFactor = (db: Database, accountId: string, except?: string): SQL =>
  notExists(selectSecondFactors(db, accountId, except));

/** The number of the factors of a kind, for a comparison. */
export const countFactors = (db: Database, accountId: string, kind: string) =>
  sql`(${db
    .select({ count: sql`count(*)` })
    .from(other)
    .where(and(eq(other.accountId, accountId), sql`${other.kind} = ${kind}`))})`;

/** The methods of SIGN_IN_METHODS that can open a sign-in. */
export type UsableSignInMethods = {
  readonly password: boolean;
  readonly passkey: boolean;
  /** The providers that are configured. */
  readonly providers: readonly string[];
  /** Whether every account can sign in by a mailed code. */
  readonly emailCode: boolean;
};

/** Whether a row of `factors` opens no sign-in, or the account can sign in without it. */
export const isNotLastSignInMethod = (
  db: Database,
  accountId: string,
  id: string,
  { password, passkey, providers, emailCode }: UsableSignInMethods,
): SQL | undefined =>
  or(
    ne(factors.kind, "passkey"),
    emailCode || !passkey ? sql`TRUE` : undefined,
    password
      ? exists(
          db
            .select({ one: sql`1` })
            .from(accounts)
            .where(and(eq(accounts.id, accountId), isNotNull(accounts.passwordHash))),
        )
      : undefined,
    exists(
      db
        .select({ one: sql`1` })
        .from(other)
        .where(and(eq(other.accountId, accountId), eq(other.kind, "passkey"), ne(other.id, id))),
    ),
    ...providers.map((provider) =>
      exists(
        db
          .select({ one: sql`1` })
          .from(identities)
          .where(and(eq(identities.accountId, accountId), eq(identities.provider, provider))),
      ),
    ),
  );

/** An audit event about a factor, with the kind of its row. */
export const factorAuditRow = (audit: NewAuditEvent, accountId: string) => ({
  ...auditRow(audit, accountId),
  details: sql`json_set(${JSON.stringify(audit.details)}, '$.factor', ${factors.kind})`,
});

/** Ends the trust in all devices of an account, if `where` holds. */
export const endDeviceTrust = (db: Database, accountId: string, where: SQL | undefined) =>
  db
    .update(knownDevices)
    .set({ trustedUntil: null })
    .where(and(eq(knownDevices.accountId, accountId), isNotNull(knownDevices.trustedUntil), where));

/** Deletes the recovery codes of an account, if `where` holds: they stand in for a second factor. */
export const deleteRecoveryCodes = (db: Database, accountId: string, where: SQL | undefined) =>
  db.delete(recoveryCodes).where(and(eq(recoveryCodes.accountId, accountId), where));

/**
 * What the first second factor of an account changes besides, if `where` holds: all devices are unknown, so that their next
 * sign-in shows the factor, and the other sessions have to show it before a sensitive change. For the batch of the factor,
 * before the factor is stored.
 */
export function followFirstFactor(
  db: Database,
  { sessionId, account }: Pick<CurrentSession, "sessionId" | "account">,
  { where, now }: { readonly where: SQL | undefined; readonly now: number },
) {
  const isFirst = and(eq(accounts.id, account.id), where, hasNoSecondFactor(db, account.id));
  return [
    endConfirmationOfOthers(
      db,
      { sessionId, accountId: account.id },
      exists(db.select({ one: sql`1` }).from(accounts).where(isFirst)),
    ),
    db
      .update(accounts)
      .set({ devicesKnownSince: now + 1, updatedAt: now })
      .where(isFirst),
  ];
}
