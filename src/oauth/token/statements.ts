import { and, eq, exists, isNull, lte, or, type SQL, type SQLWrapper, sql } from "drizzle-orm";
import { alias } from "drizzle-orm/sqlite-core";
import { accountColumns } from "../../accounts/statements.ts";
import type { NewAuditEvent } from "../../admin/audit-log/audit-event.ts";
import { auditRow } from "../../admin/audit-log/statements.ts";
import { HOUR } from "../../core/clock.ts";
import type { Database } from "../../db/database.ts";
import { insertFrom } from "../../db/insert-select.ts";
import { accountIsUsable } from "../../db/predicates.ts";
import {
  accounts,
  auditEvents,
  type oauthAuthorizationCodes,
  oauthClients,
  type oauthDeviceRequests,
  sessions,
} from "../../db/schema.ts";
import {
  authenticatedAt,
  endSurplusSessionsOf,
  isOwnSession,
  sessionIsLive,
} from "../../sessions/statements.ts";
import type { NewFamily } from "./new-family.ts";

/** An authorization code or a device request: both belong to a browser session and a grant. */
type Authorization = typeof oauthAuthorizationCodes | typeof oauthDeviceRequests;

/** Whether the browser session that authorized is live, and its account usable. */
export const authorizerIsLive = (db: Database, source: Authorization, own: string, now: number): SQL =>
  sql`EXISTS ${db
    .select({ one: sql`1` })
    .from(sessions)
    .where(
      and(
        eq(sessions.id, source.sessionId),
        eq(sessions.accountId, source.accountId),
        sessionIsLive(now),
        isOwnSession(own),
        accountIsUsable(db, sessions.accountId),
      ),
    )}`;

type Opening = {
  /** The key of the authorization. Its claim alone has no index. */
  readonly isAuthorization: SQL | undefined;
  readonly family: NewFamily;
  readonly audit: NewAuditEvent;
};

/**
 * Opens the family of an authorization whose claim this batch has just set. With `offline_access` it outlives the browser
 * session; without, it ends and expires with it.
 */
export function openFamily(
  db: Database,
  source: Authorization,
  { isAuthorization, family: { claim, ...family }, audit }: Opening,
) {
  const isClaimed = and(isAuthorization, eq(source.claim, claim));
  const isOpened = eq(sessions.id, family.id);
  const account = db.select({ id: sessions.accountId }).from(sessions).where(isOpened);
  return {
    family: [insertFrom(db, sessions, familyRow(source, { claim, ...family }), source, isClaimed)],
    surplus: [endSurplusSessionsOf(db, sql`${account}`, family.createdAt)],
    audit: [insertFrom(db, auditEvents, auditRow(audit, sessions.accountId), sessions, isOpened)],
  };
}

/** The row of a family, with the columns that the authorization and its browser session give. */
function familyRow(source: Authorization, { claim, ...family }: NewFamily) {
  const parent = alias(sessions, "parent");
  const ofParent = (value: SQL) =>
    sql`(SELECT ${value} FROM ${sessions} AS "parent" WHERE ${eq(parent.id, source.sessionId)})`;
  const isOffline = sql`instr(' ' || ${source.scope} || ' ', ' offline_access ') > 0`;
  const parentExpiry = sql`CASE WHEN ${isOffline} THEN ${family.expiresAt} ELSE ${ofParent(sql`${parent.expiresAt}`)} END`;
  return {
    ...family,
    accountId: sql`${source.accountId}`,
    generation: 1,
    amr: ofParent(sql`${parent.amr}`),
    lastUsedAt: family.createdAt,
    rotatedAt: family.createdAt,
    idleExpiresAt: sql`min(${family.idleExpiresAt}, ${parentExpiry})`,
    expiresAt: sql`min(${family.expiresAt}, ${parentExpiry})`,
    revokedAt: null,
    parentId: sql`CASE WHEN ${isOffline} THEN NULL ELSE ${source.sessionId} END`,
    authTime: ofParent(authenticatedAtOf(parent)),
    audience: sql`nullif(${source.resource}, '')`,
    voidedGenerations: 0,
    codeClaim: claim,
    deviceId: null,
    grantId: sql`${source.grantId}`,
    scope: sql`${source.scope}`,
    reauthenticatedAt: null,
    restriction: null,
    isKnownDevice: false,
    isPersistent: true,
  };
}

/** `authenticatedAt` of sessions for an alias of the table. */
const authenticatedAtOf = (of: Record<"authTime" | "createdAt", SQLWrapper>) =>
  sql`coalesce(${of.authTime}, ${of.createdAt})`;

/** Whether the batch has opened the family. */
export const familyIsOpened = (db: Database, familyId: string): SQL =>
  exists(db.select({ one: sql`1` }).from(sessions).where(eq(sessions.id, familyId)));

/** Selects an opened family with its account, for `readFamily`. */
export const selectFamily = (db: Database, familyId: string) =>
  db
    .select({
      family: {
        id: sessions.id,
        generation: sessions.generation,
        amr: sessions.amr,
        authenticatedAt: authenticatedAt.as("authenticated_at"),
        rotatedAt: sessions.rotatedAt,
        idleExpiresAt: sessions.idleExpiresAt,
        expiresAt: sessions.expiresAt,
        audience: sessions.audience,
        scope: sessions.scope,
      },
      accountId: sql<string>`${accounts.id}`.as("account_id"),
      account: accountColumns,
    })
    .from(sessions)
    .innerJoin(accounts, eq(accounts.id, sessions.accountId))
    .where(eq(sessions.id, familyId));

/** The result of `selectFamily`. Null: it was not opened. */
export function readFamily(rows: Awaited<ReturnType<typeof selectFamily>>) {
  const [row] = rows;
  if (!row) return null;
  const { scope, amr, ...family } = row.family;
  return {
    family: { ...family, amr: amr.split(" ") },
    scopes: (scope ?? "").split(" "),
    account: { id: row.accountId, ...row.account },
  };
}

/** Records the use of a client, at most once an hour. */
export const recordClientUse = (db: Database, clientId: string, now: number, where?: SQL) =>
  db
    .update(oauthClients)
    .set({ lastUsedAt: now })
    .where(
      and(
        eq(oauthClients.id, clientId),
        where,
        or(isNull(oauthClients.lastUsedAt), lte(oauthClients.lastUsedAt, now - HOUR)),
      ),
    );
