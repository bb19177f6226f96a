import { and, eq, inArray, ne, notExists, or, type SQL, type SQLWrapper, sql } from "drizzle-orm";
import { claimUsername } from "../accounts/statements.ts";
import { auditRow } from "../admin/audit-log/statements.ts";
import { activeSuperuser } from "../admin/users/statements.ts";
import type { Database } from "../db/database.ts";
import { insertFrom } from "../db/insert-select.ts";
import { accounts, auditEvents } from "../db/schema.ts";
import type { Bootstrap } from "./bootstrap-superuser.ts";

type EmailVerification = {
  /** A subquery: the id of the account whose address is verified, or nothing. */
  readonly accountIds: SQLWrapper;
  readonly bootstrap: Bootstrap | null;
  readonly now: number;
};

/** The columns that verifying the address sets; the caller may add others to the same UPDATE. */
export const emailVerificationColumns = (db: Database, { bootstrap, now }: EmailVerification) => ({
  ...claimUsername(db),
  emailVerifiedAt: sql`CASE WHEN ${accounts.emailImplied} THEN ${now} ELSE coalesce(${accounts.emailVerifiedAt}, ${now}) END`,
  emailImplied: false,
  updatedAt: now,
  ...(bootstrap
    ? {
        role: sql`CASE WHEN ${becomesSuperuser(db, bootstrap)} THEN 'superuser' ELSE ${accounts.role} END`,
      }
    : {}),
});

/**
 * True if a registration must not keep its password when a mailed link verifies it: the account has, or is about to get,
 * a role above `user`. The password is that of the registrant, who need not own the mailbox.
 */
export const registeredPasswordIsVoid = (
  db: Database,
  { bootstrap }: Pick<EmailVerification, "bootstrap">,
): SQL | undefined => or(ne(accounts.role, "user"), bootstrap ? becomesSuperuser(db, bootstrap) : undefined);

/** Records a new superuser in the audit log. It must run before the UPDATE, which makes its condition false. */
export const auditBootstrap = (db: Database, { accountIds, bootstrap }: EmailVerification) =>
  bootstrap
    ? [
        insertFrom(
          db,
          auditEvents,
          auditRow(bootstrap.audit, sql`${accounts.id}`),
          accounts,
          and(inArray(accounts.id, accountIds), becomesSuperuser(db, bootstrap)),
        ),
      ]
    : [];

/**
 * Bootstrap rule: the account becomes superuser only while there is no active superuser, so that a demoted
 * or deleted one cannot return by verifying the address again. Only an account created with the
 * address qualifies: an attacker could change an address to it and wait for the owner to confirm.
 */
const becomesSuperuser = (db: Database, { emailKey }: Bootstrap): SQL | undefined =>
  and(eq(accounts.emailKey, emailKey), notExists(activeSuperuser(db)));
