import { and, count, eq, exists, gt, isNull, type SQL, sql } from "drizzle-orm";
import { accountColumns } from "../../accounts/statements.ts";
import type { Database } from "../../db/database.ts";
import { insertFrom } from "../../db/insert-select.ts";
import { accountIsUsable, isActive } from "../../db/predicates.ts";
import {
  accounts,
  oauthAuthorizationCodes,
  oauthGrants,
  oauthPushedRequests,
  sessions,
} from "../../db/schema.ts";
import {
  authenticatedAt,
  generationIsAccepted,
  isOwnSession,
  restriction,
  sessionIsLive,
} from "../../sessions/statements.ts";
import type { NewGrant } from "../grants/grant.ts";
import type { HeldSession } from "./held-session.ts";
import type { NewAuthorizationCode } from "./new-code.ts";

/** Unexpired codes of one account: enough for a browser with a dozen tabs, and a bound on the rows. */
const MAX_LIVE_CODES = 20;

type CodeInsertion = {
  readonly code: NewAuthorizationCode;
  readonly held: HeldSession;
  readonly grant: NewGrant;
  readonly requestHash: string | null;
};

/** A live session of this service with its active account. */
export const selectOwnSession = (db: Database, sessionId: string, own: string, now: number) =>
  db
    .select({
      sessionId: sessions.id,
      authenticatedAt: authenticatedAt.as("authenticated_at"),
      amr: sessions.amr,
      restriction: restriction(),
      // D1 returns the rows of a batch by column name, so that no two columns may share one.
      account: { id: sessions.accountId, ...accountColumns },
    })
    .from(sessions)
    .innerJoin(accounts, eq(accounts.id, sessions.accountId))
    .where(and(eq(sessions.id, sessionId), sessionIsLive(now), isOwnSession(own), isActive()));

type HeldCheck = {
  readonly held: HeldSession;
  /** The audience of this service, which the session must be for. */
  readonly own: string;
  readonly now: number;
};

/** Whether a session is live, of an active account, and the browser's refresh token accepted (RFC 9700 §4.14.2). */
export const sessionIsHeld = (db: Database, { held, own, now }: HeldCheck): SQL | undefined =>
  and(
    eq(sessions.id, held.sessionId),
    eq(sessions.accountId, held.accountId),
    generationIsAccepted(held.generation, now),
    sessionIsLive(now),
    isOwnSession(own),
    isNull(sessions.restriction),
    accountIsUsable(db, sessions.accountId),
  );

/** Inserts the code, if the grant has the scopes that the request was judged by. */
export function insertCode(
  db: Database,
  { code, held, grant, requestHash }: CodeInsertion,
  isHeld: SQL | undefined,
) {
  const { now } = grant;
  const liveCodes = db
    .select({ n: count() })
    .from(oauthAuthorizationCodes)
    .where(
      and(
        eq(oauthAuthorizationCodes.accountId, held.accountId),
        gt(oauthAuthorizationCodes.expiresAt, now),
        isNull(oauthAuthorizationCodes.claim),
      ),
    );
  const isGranted = and(
    eq(oauthGrants.accountId, held.accountId),
    eq(oauthGrants.clientId, grant.clientId),
    eq(oauthGrants.resource, grant.resource),
    eq(oauthGrants.redirectHost, grant.redirectHost),
    eq(oauthGrants.scope, grant.scope),
    exists(db.select({ one: sql`1` }).from(sessions).where(isHeld)),
    requestIsUnused(db, requestHash, now),
    sql`${liveCodes} < ${MAX_LIVE_CODES}`,
  );
  return insertFrom(
    db,
    oauthAuthorizationCodes,
    {
      ...code,
      clientId: grant.clientId,
      accountId: held.accountId,
      grantId: oauthGrants.id,
      sessionId: held.sessionId,
      resource: grant.resource,
      claim: null,
    },
    oauthGrants,
    isGranted,
  );
}

/** RFC 9126 §4: a `request_uri` is used once. Of two concurrent uses, the second finds no row. */
export const requestIsUnused = (db: Database, requestHash: string | null, now: number): SQL | undefined =>
  requestHash === null
    ? undefined
    : exists(
        db
          .select({ one: sql`1` })
          .from(oauthPushedRequests)
          .where(
            and(eq(oauthPushedRequests.requestHash, requestHash), gt(oauthPushedRequests.expiresAt, now)),
          ),
      );
