import { and, desc, eq, gt, isNull, lte, or, type SQL, sql } from "drizzle-orm";
import type { NewAuditEvent } from "../admin/audit-log/audit-event.ts";
import { auditRow } from "../admin/audit-log/statements.ts";
import { isRecentlyAuthenticated } from "../authentication/reauthentication/statements.ts";
import type { Database } from "../db/database.ts";
import { insertFrom } from "../db/insert-select.ts";
import { isUsable } from "../db/predicates.ts";
import { runBatch } from "../db/run-batch.ts";
import { accounts, apiKeys, auditEvents } from "../db/schema.ts";
import type { NewMessage } from "../messaging/outbox/message.ts";
import { NO_SEND_LIMITS, queueMessage, type SendCaps } from "../messaging/outbox/statements.ts";
import type { CurrentSession } from "../sessions/session.ts";
import { type ApiKey, MAX_LIVE_KEYS, type NewApiKey, type StoredApiKey } from "./api-key.ts";
import { USE_PRECISION } from "./rules.ts";
import { keyColumns, readScopes, readSelectedApiKey, selectApiKey } from "./statements.ts";

type Creation = {
  readonly session: CurrentSession;
  readonly key: NewApiKey;
  readonly notice: NewMessage;
  readonly audit: NewAuditEvent;
};

type CreationOutcome = "created" | "name_taken" | "too_many_keys" | "reauthentication_required";

type Revocation = { readonly id: string; readonly accountId: string; readonly audit: NewAuditEvent };

/** Rows of one list. Expired keys stay for a while, so there may be more than `MAX_LIVE_KEYS`. */
const MAX_LISTED = 100;

export type ApiKeyStore = ReturnType<typeof apiKeyStore>;

export function apiKeyStore(db: Database, caps: SendCaps) {
  return {
    /** Inserts the key in one statement with its conditions. The others apply only if it was inserted. */
    async create({ session, key, notice, audit }: Creation): Promise<CreationOutcome> {
      const { scopes, createdAt: now, ...columns } = key;
      const accountId = session.account.id;
      const owner = and(eq(accounts.id, accountId), isUsable(), isRecentlyAuthenticated(db, session, now));
      const named = and(isLiveKeyOf(accountId, now), eq(apiKeys.name, key.name));
      const live = count(db, isLiveKeyOf(accountId, now));
      const inserted = and(eq(apiKeys.id, key.id), eq(apiKeys.secretHash, key.secretHash));
      const { same, recent, created } = await runBatch(db, {
        same: db.select({ id: apiKeys.id }).from(apiKeys).where(named),
        key: insertFrom(
          db,
          apiKeys,
          { ...columns, accountId, scope: scopes.join(" "), createdAt: now, lastUsedAt: null },
          accounts,
          and(owner, sql`${count(db, named)} = 0`, sql`${live} < ${MAX_LIVE_KEYS}`),
        ),
        notice: queueMessage(db, {
          message: notice,
          accountId,
          now,
          limits: NO_SEND_LIMITS,
          caps,
          source: apiKeys,
          where: inserted,
        }),
        audit: insertFrom(db, auditEvents, auditRow(audit, accountId), apiKeys, inserted),
        recent: db.select({ id: accounts.id }).from(accounts).where(owner),
        created: db.select({ id: apiKeys.id }).from(apiKeys).where(inserted),
      });
      if (created.length > 0) return "created";
      if (recent.length === 0) return "reauthentication_required";
      return same.length > 0 ? "name_taken" : "too_many_keys";
    },

    /** The keys of an account, the newest first. Live keys come before expired ones. */
    async list(accountId: string, now: number): Promise<ApiKey[]> {
      const rows = await db
        .select(keyColumns)
        .from(apiKeys)
        .where(eq(apiKeys.accountId, accountId))
        .orderBy(desc(isLive(now) as SQL), desc(apiKeys.createdAt), desc(apiKeys.id))
        .limit(MAX_LISTED);
      return rows.map(({ scope, ...key }) => ({ ...key, scopes: readScopes(scope) }));
    },

    /** Deletes a key. The audit log keeps its id. */
    async revoke({ id, accountId, audit }: Revocation): Promise<"revoked" | "not_found"> {
      const own = and(eq(apiKeys.id, id), eq(apiKeys.accountId, accountId));
      const { revoked } = await runBatch(db, {
        // Before the DELETE, which makes the condition false.
        audit: [insertFrom(db, auditEvents, auditRow(audit, accountId), apiKeys, own)],
        revoked: db.delete(apiKeys).where(own).returning({ id: apiKeys.id }),
      });
      return revoked.length > 0 ? "revoked" : "not_found";
    },

    async find(id: string): Promise<StoredApiKey | null> {
      return readSelectedApiKey(await selectApiKey(db, id));
    },

    /** Stores the use of a key, unless another request has stored one within `USE_PRECISION`. */
    async recordUse(id: string, now: number): Promise<void> {
      await db
        .update(apiKeys)
        .set({ lastUsedAt: now })
        .where(
          and(
            eq(apiKeys.id, id),
            or(isNull(apiKeys.lastUsedAt), lte(apiKeys.lastUsedAt, now - USE_PRECISION)),
          ),
        );
    },
  };
}

const isLive = (now: number) => or(isNull(apiKeys.expiresAt), gt(apiKeys.expiresAt, now));

const isLiveKeyOf = (accountId: string, now: number) => and(eq(apiKeys.accountId, accountId), isLive(now));

const count = (db: Database, where: SQL | undefined) =>
  db.select({ count: sql`count(*)` }).from(apiKeys).where(where);
