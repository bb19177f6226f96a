import { and, eq, exists, ne, notExists, type SQL, sql } from "drizzle-orm";
import type { NewAuditEvent } from "../../admin/audit-log/audit-event.ts";
import type { Database } from "../../db/database.ts";
import { auditEvents, sessions } from "../../db/schema.ts";
import type { SessionDraft } from "../../sessions/session.ts";

/**
 * Whether a sign-in is news to its owner: not their very first one, and not from where they have a
 * session that looks the same. An address and a browser that are not known look like nothing.
 */
export function isNewDevice(
  db: Database,
  session: Omit<SessionDraft, "accountId">,
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
  const lookAlike = db
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
  return and(exists(earlierSignIn), notExists(lookAlike));
}
