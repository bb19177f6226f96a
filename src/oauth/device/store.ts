import { and, eq, exists, inArray, type SQL, sql } from "drizzle-orm";
import type { NewAuditEvent } from "../../admin/audit-log/audit-event.ts";
import { auditRow } from "../../admin/audit-log/statements.ts";
import type { Database } from "../../db/database.ts";
import { insertFrom } from "../../db/insert-select.ts";
import { runBatch } from "../../db/run-batch.ts";
import {
  auditEvents,
  oauthClients,
  oauthGrants,
  oauthDeviceRequests as requests,
  sessions,
} from "../../db/schema.ts";
import type { ClientLimit } from "../../rate-limit/client-limits.ts";
import { countClientRequest, selectReachedLimits } from "../../rate-limit/statements.ts";
import { recordPresentation } from "../../sessions/presentation-statements.ts";
import type { HeldSession } from "../authorization/held-session.ts";
import { sessionIsHeld } from "../authorization/statements.ts";
import type { Client } from "../clients/client.ts";
import type { NewGrant } from "../grants/grant.ts";
import { upsertGrant } from "../grants/statements.ts";
import type { NewDeviceRequest, PendingDeviceRequest } from "./device-request.ts";
import { isPending } from "./statements.ts";

type EnteredCode = {
  /** The possible hashes of the code. */
  readonly codeHashes: readonly string[];
  readonly limits: readonly ClientLimit[];
  readonly now: number;
};

/** `retryAt`: the instant at which the latest of the reached limits ends. */
type CodeOutcome =
  | { readonly kind: "found" | "unknown" }
  | { readonly kind: "limited"; readonly retryAt: number };

type Decision = {
  readonly deviceCodeHash: string;
  readonly held: HeldSession;
  /** The audience of this service, which the session must be for. */
  readonly own: string;
  /** The consent; null denies the request. */
  readonly grant: NewGrant | null;
  readonly audit: NewAuditEvent;
  readonly now: number;
};

export type DeviceRequestStore = ReturnType<typeof deviceRequestStore>;

export function deviceRequestStore(db: Database) {
  return {
    /** `code_taken`: the user code is that of another request. */
    async insert(request: NewDeviceRequest): Promise<"inserted" | "code_taken"> {
      const inserted = await db
        .insert(requests)
        .values({ ...request, state: "pending" })
        .onConflictDoNothing()
        .returning({ userCodeHash: requests.userCodeHash });
      return inserted.length > 0 ? "inserted" : "code_taken";
    },

    /** Compares a code while no limit is reached, and counts it if it is wrong. */
    async enterCode({ codeHashes, limits, now }: EnteredCode): Promise<CodeOutcome> {
      const pending = db
        .select({ deviceCodeHash: requests.deviceCodeHash })
        .from(requests)
        .where(isPendingCode(codeHashes, now));
      const { reached, found } = await runBatch(db, {
        reached: selectReachedLimits(db, limits, now),
        found: pending,
        wrong: countClientRequest(db, limits, now, sql`NOT EXISTS ${pending}`),
      });
      // The result of the comparison must not matter, or guesses would have no limit.
      if (reached.length > 0)
        return { kind: "limited", retryAt: Math.max(...reached.map(({ expiresAt }) => expiresAt)) };
      return { kind: found.length > 0 ? "found" : "unknown" };
    },

    /** The pending request with the code, and the earlier consent of the account for devices of its client. */
    async findPending(
      codeHashes: readonly string[],
      accountId: string,
      now: number,
    ): Promise<PendingDeviceRequest | null> {
      const [row] = await db
        .select({
          deviceCodeHash: requests.deviceCodeHash,
          resource: sql<string>`${requests.resource}`.as("request_resource"),
          scope: sql<string>`${requests.scope}`.as("request_scope"),
          client: {
            id: sql<string>`${oauthClients.id}`.as("client_id_of_request"),
            name: oauthClients.name,
            logoUri: oauthClients.logoUri,
            clientUri: oauthClients.clientUri,
            source: oauthClients.source,
          },
          grantId: sql<string | null>`${oauthGrants.id}`.as("grant_id_of_account"),
          grantScope: sql<string | null>`${oauthGrants.scope}`.as("grant_scope"),
        })
        .from(requests)
        .innerJoin(oauthClients, eq(oauthClients.id, requests.clientId))
        .leftJoin(oauthGrants, and(eq(oauthGrants.accountId, accountId), isDeviceGrant()))
        .where(isPendingCode(codeHashes, now));
      if (!row) return null;
      const { grantId, grantScope, ...request } = row;
      return {
        ...request,
        client: request.client satisfies Pick<Client, "id" | "source">,
        grant: grantId === null ? null : { id: grantId, scope: grantScope ?? "" },
      };
    },

    /**
     * Approves or denies a pending request, with the consent and the event. All depends on the session, which must be live
     * and whose refresh token must be accepted (RFC 9700 §4.14.2). Of concurrent decisions one applies.
     */
    async decide(decision: Decision): Promise<"decided" | "not_pending" | "not_held"> {
      const { deviceCodeHash, held, grant, audit, now } = decision;
      const isHeld = sessionIsHeld(db, decision);
      const isOpen = and(
        eq(requests.deviceCodeHash, deviceCodeHash),
        isPending(now),
        exists(db.select({ one: sql`1` }).from(sessions).where(isHeld)),
      );
      const request = db.select({ one: sql`1` }).from(requests).where(isOpen);
      const grantId = db
        .select({ id: oauthGrants.id })
        .from(oauthGrants)
        .where(and(eq(oauthGrants.accountId, held.accountId), isDeviceGrant()));
      const { session, decided } = await runBatch(db, {
        session: db.select({ id: sessions.id }).from(sessions).where(isHeld),
        grant: grant ? [upsertGrant(db, grant, and(isHeld, exists(request)))] : [],
        // Before the UPDATE, which makes the condition false.
        audit: [insertFrom(db, auditEvents, auditRow(audit, held.accountId), requests, isOpen)],
        decided: db
          .update(requests)
          .set({
            state: grant ? "approved" : "denied",
            accountId: held.accountId,
            sessionId: held.sessionId,
            grantId: grant ? sql`${grantId}` : null,
          })
          .where(isOpen)
          .returning({ state: requests.state }),
        presented: [recordPresentation(db, held, now, isHeld)],
      });
      if (decided.length > 0) return "decided";
      return session.length > 0 ? "not_pending" : "not_held";
    },
  };
}

const isPendingCode = (codeHashes: readonly string[], now: number): SQL | undefined =>
  and(inArray(requests.userCodeHash, [...codeHashes]), isPending(now));

/** The consent for devices of the client and the resource of a request. No redirect receives a code. */
const isDeviceGrant = (): SQL | undefined =>
  and(
    eq(oauthGrants.clientId, requests.clientId),
    eq(oauthGrants.resource, requests.resource),
    eq(oauthGrants.redirectHost, ""),
  );
