import { and, eq, exists, ne, notExists, type SQL, sql } from "drizzle-orm";
import type { NewAuditEvent } from "../../admin/audit-log/audit-event.ts";
import type { Database } from "../../db/database.ts";
import { auditEvents, sessions } from "../../db/schema.ts";
import type { NewSession } from "../../sessions/session.ts";

/**
 * Whether to notify the owner of a sign-in: it is not the first one of the account, and no other session of
 * the account has the same IP address and user agent. A missing IP address or user agent never matches.
 */
export function isNewDevice(
  db: Database,
  session: Omit<NewSession, "accountId">,
  accountId: SQL,
  audit: NewAuditEvent,
): SQL | undefined {
  const earlierSignIn = db
    .select({ one: sql`1` })
    .from(auditEvents)
    .where(
      and(
        sql`${auditEvents.accountId} = ${accountId}`,
        eq(auditEvents.type, "signed_in"),
        ne(auditEvents.id, audit.id),
      ),
    );
  const sameDevice = db
    .select({ one: sql`1` })
    .from(sessions)
    .where(
      and(
        sql`${sessions.accountId} = ${accountId}`,
        ne(sessions.id, session.id),
        sql`${sessions.ip} = ${session.ip}`,
        sql`${sessions.userAgent} = ${session.userAgent}`,
      ),
    );
  return and(exists(earlierSignIn), notExists(sameDevice));
}
