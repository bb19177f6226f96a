import { and, eq, inArray, isNotNull, ne, type SQLWrapper, sql } from "drizzle-orm";
import type { NewAuditEvent } from "../admin/audit-log/audit-event.ts";
import { auditRow } from "../admin/audit-log/statements.ts";
import { removeForeignKeys } from "../api-keys/statements.ts";
import { voidOneTimeCodes } from "../authentication/one-time-codes/statements.ts";
import { removeUnverifiedIdentities } from "../authentication/social/unverified-identity-statements.ts";
import type { Database } from "../db/database.ts";
import { insertFrom } from "../db/insert-select.ts";
import { accounts, auditEvents, emailTokens, factors, oneTimeCodes, recoveryCodes } from "../db/schema.ts";
import { removeForeignGrants } from "../oauth/grants/statements.ts";
import { EMAIL_TOKEN_PURPOSES } from "./email-tokens/email-token.ts";
import { voidEmailTokens } from "./email-tokens/statements.ts";
import type { ForeignAccessRemoval } from "./foreign-access.ts";
import { deleteAnswers } from "./sign-up-fields/statements.ts";

/**
 * Takes away what the earlier user of an implied address may have set up, when the owner of the address proves it: every
 * identity whose provider has not verified the address, links, codes, factors, known devices, API keys, connected apps and
 * the phone number. The batch also ends the sessions (`endSessions`), whose ids it needs. `accountIds`: a subquery, the account or nothing.
 */
export const removeForeignAccess = (
  db: Database,
  accountIds: SQLWrapper,
  { identityRemoved, phoneRemoved, apiKeysRevoked, appsRevoked }: ForeignAccessRemoval,
  now: number,
) => {
  return [
    ...removeUnverifiedIdentities(db, accountIds, identityRemoved),
    voidEmailTokens(db, inArray(emailTokens.accountId, accountIds), EMAIL_TOKEN_PURPOSES, now),
    voidOneTimeCodes(db, inArray(oneTimeCodes.accountId, accountIds)),
    ...removeForeignFactors(db, accountIds),
    ...removeForeignPhone(db, accountIds, phoneRemoved),
    ...removeForeignKeys(db, accountIds, apiKeysRevoked),
    ...removeForeignGrants(db, accountIds, appsRevoked),
    deleteAnswers(db, accountIds),
    db
      .update(accounts)
      .set({ devicesKnownSince: now + 1 })
      .where(inArray(accounts.id, accountIds)),
  ];
};

/** Removes the phone number that the user of an implied address has set. Before the statement that verifies the address. */
export function removeForeignPhone(db: Database, accountIds: SQLWrapper, audit: NewAuditEvent) {
  const isImplied = and(
    inArray(accounts.id, accountIds),
    eq(accounts.emailImplied, true),
    isNotNull(accounts.phone),
  );
  return [
    insertFrom(db, auditEvents, auditRow(audit, sql`${accounts.id}`), accounts, isImplied),
    db.update(accounts).set({ phone: null, phoneVerifiedAt: null }).where(isImplied),
  ];
}

/** Removes what the user of an implied address has enrolled, except the mailed code. Before the address is verified. */
export function removeForeignFactors(db: Database, accountIds: SQLWrapper) {
  const implied = db
    .select({ id: accounts.id })
    .from(accounts)
    .where(and(inArray(accounts.id, accountIds), eq(accounts.emailImplied, true)));
  return [
    db.delete(recoveryCodes).where(inArray(recoveryCodes.accountId, implied)),
    db.delete(factors).where(and(inArray(factors.accountId, implied), ne(factors.kind, "email_otp"))),
  ];
}
