import { and, eq, exists, sql } from "drizzle-orm";
import type { NewAuditEvent } from "../../admin/audit-log/audit-event.ts";
import { auditRow } from "../../admin/audit-log/statements.ts";
import type { Database } from "../../db/database.ts";
import { insertFrom } from "../../db/insert-select.ts";
import { runBatch } from "../../db/run-batch.ts";
import { auditEvents, oauthAuthorizationCodes, oauthPushedRequests, sessions } from "../../db/schema.ts";
import { recordPresentation } from "../../sessions/presentation-statements.ts";
import {
  type Rotation,
  type RotationOutcome,
  readRotation,
  rotationStatements,
} from "../../sessions/rotation-statements.ts";
import type { ClientWithSecrets } from "../clients/client.ts";
import { readSelectedClient, selectClient } from "../clients/statements.ts";
import type { NewGrant, StoredGrant } from "../grants/grant.ts";
import { selectGrants, upsertGrant } from "../grants/statements.ts";
import { selectPushedRequest } from "../par/statements.ts";
import type { AuthorizingSession } from "./decision.ts";
import type { HeldSession } from "./held-session.ts";
import type { NewAuthorizationCode } from "./new-code.ts";
import { insertCode, requestIsUnused, selectOwnSession, sessionIsHeld } from "./statements.ts";

export type AuthorizationLookup = {
  readonly clientId: string;
  /** SHA-256 of the last part of `request_uri`, if there is one. */
  readonly requestHash: string | null;
  readonly held: HeldSession | null;
  /** The audience of this service, which the session must be for. */
  readonly own: string;
  readonly now: number;
};

export type AuthorizationState = {
  readonly client: ClientWithSecrets | null;
  /** The pushed parameters. */
  readonly pushed: string | null;
  readonly session: AuthorizingSession | null;
  readonly grants: readonly StoredGrant[];
};

type Issue = {
  readonly code: NewAuthorizationCode;
  readonly held: HeldSession;
  readonly own: string;
  /** The consent that the code belongs to. It must have exactly these scopes when the code is stored. */
  readonly grant: NewGrant;
  /** Whether the batch stores the consent first. */
  readonly storesGrant: boolean;
  readonly requestHash: string | null;
  /** Written with the consent. */
  readonly audit: NewAuditEvent;
};

export type IssueOutcome = "issued" | "not_held" | "request_used" | "refused";

export type AuthorizationStore = ReturnType<typeof authorizationStore>;

export const authorizationStore = (db: Database) => ({
  /** Reads what an authorization request depends on, in one batch. */
  async read(lookup: AuthorizationLookup): Promise<AuthorizationState> {
    return stateOf(lookup, await runBatch(db, stateStatements(db, lookup)));
  },

  /** The same, after the rotation of the session's refresh token. */
  async rotateAndRead(
    lookup: AuthorizationLookup,
    rotation: Rotation,
  ): Promise<AuthorizationState & { readonly rotation: RotationOutcome | null }> {
    const results = await runBatch(db, {
      ...rotationStatements(db, rotation),
      ...stateStatements(db, lookup),
    });
    return { ...stateOf(lookup, results), rotation: readRotation(results) };
  },

  /**
   * Stores the code, and the consent where the user has just given it. All depends on the session, which must be live
   * and whose refresh token must be accepted (RFC 9700 §4.14.2), and on a pushed request, which is used up.
   */
  async issue(issue: Issue): Promise<IssueOutcome> {
    const { code, held, own, grant, requestHash, audit } = issue;
    const { now } = grant;
    const isHeld = sessionIsHeld(db, { held, own, now });
    const isStored = exists(
      db
        .select({ one: sql`1` })
        .from(oauthAuthorizationCodes)
        .where(eq(oauthAuthorizationCodes.codeHash, code.codeHash)),
    );
    const {
      held: heldRows,
      pushed,
      issued,
    } = await runBatch(db, {
      held: db.select({ id: sessions.id }).from(sessions).where(isHeld),
      pushed: selectPushedRequest(db, {
        requestHash: requestHash ?? "",
        clientId: grant.clientId,
        now,
      }),
      grant: issue.storesGrant
        ? [upsertGrant(db, grant, and(isHeld, requestIsUnused(db, requestHash, now)))]
        : [],
      issued: insertCode(db, issue, isHeld).returning({ codeHash: oauthAuthorizationCodes.codeHash }),
      audit: issue.storesGrant
        ? [
            insertFrom(
              db,
              auditEvents,
              auditRow(audit, held.accountId),
              oauthAuthorizationCodes,
              eq(oauthAuthorizationCodes.codeHash, code.codeHash),
            ),
          ]
        : [],
      presented: [recordPresentation(db, held, now, isStored)],
      used:
        requestHash === null
          ? []
          : [
              db
                .delete(oauthPushedRequests)
                .where(and(eq(oauthPushedRequests.requestHash, requestHash), isStored)),
            ],
    });
    if (issued.length > 0) return "issued";
    if (heldRows.length === 0) return "not_held";
    return requestHash !== null && pushed.length === 0 ? "request_used" : "refused";
  },

  /** Voids a pushed request that the user has denied. */
  async discardPushedRequest(requestHash: string): Promise<void> {
    await db.delete(oauthPushedRequests).where(eq(oauthPushedRequests.requestHash, requestHash));
  },
});

const stateStatements = (db: Database, { clientId, requestHash, held, own, now }: AuthorizationLookup) => ({
  client: selectClient(db, clientId, now),
  pushed: selectPushedRequest(db, { requestHash: requestHash ?? "", clientId, now }),
  session: selectOwnSession(db, held?.sessionId ?? "", own, now),
  grants: selectGrants(db, held?.accountId ?? "", clientId),
});

type StateStatements = ReturnType<typeof stateStatements>;

function stateOf(
  { held }: AuthorizationLookup,
  results: { readonly [Name in keyof StateStatements]: Awaited<StateStatements[Name]> },
): AuthorizationState {
  const [row] = results.session;
  return {
    client: readSelectedClient(results.client),
    pushed: results.pushed[0]?.parameters ?? null,
    session: row && row.account.id === held?.accountId ? { ...row, amr: row.amr.split(" ") } : null,
    grants: results.grants,
  };
}
