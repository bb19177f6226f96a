import { and, eq, inArray, notExists, type SQL, type SQLWrapper, sql } from "drizzle-orm";
import { takeUsername } from "../accounts/statements.ts";
import { auditRow } from "../admin/audit-log/statements.ts";
import { activeSuperuser } from "../admin/users/statements.ts";
import type { Database } from "../db/database.ts";
import { insertFrom } from "../db/insert-from.ts";
import { accounts, auditEvents } from "../db/schema.ts";
import type { Bootstrap } from "./bootstrap-superuser.ts";

type Proof = {
  /** The ids of the accounts whose address is proven: one, or none. */
  readonly whose: SQLWrapper;
  readonly bootstrap: Bootstrap | null;
  readonly now: number;
};

/** What proving an address does to its account, to be set with whatever else the batch sets. */
export const provenAddress = (db: Database, { bootstrap, now }: Proof) => ({
  ...takeUsername(db),
  emailVerifiedAt: sql`coalesce(${accounts.emailVerifiedAt}, ${now})`,
  updatedAt: now,
  ...(bootstrap
    ? { role: sql`CASE WHEN ${isBootstrapped(db, bootstrap)} THEN 'superuser' ELSE ${accounts.role} END` }
    : {}),
});

/** Tells the trail of a superuser who comes into being; it stands before the UPDATE, while it can still see. */
export const auditBootstrap = (db: Database, { whose, bootstrap }: Proof) =>
  bootstrap
    ? [
        insertFrom(
          db,
          auditEvents,
          auditRow(bootstrap.audit, sql`${accounts.id}`),
          accounts,
          and(inArray(accounts.id, whose), isBootstrapped(db, bootstrap)),
        ),
      ]
    : [];

/**
 * Only while there is no superuser who could make others: whoever was demoted or deleted does not come
 * back by proving the address once more. And only for an account made with the address: one that changes
 * to it could be a stranger's, who needs but one careless click.
 */
const isBootstrapped = (db: Database, { emailKey }: Bootstrap): SQL | undefined =>
  and(eq(accounts.emailKey, emailKey), notExists(activeSuperuser(db)));
