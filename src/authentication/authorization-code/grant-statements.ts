import { and, eq, exists, gte, isNotNull, isNull, sql } from "drizzle-orm";
import type { Database } from "../../db/database.ts";
import { accounts, authorizationCodes, identities, sessions } from "../../db/schema.ts";
import type { SendCaps } from "../../messaging/outbox/statements.ts";
import { sessionIsLive } from "../../sessions/statements.ts";
import type { ChildSessionGrant, FirstFactorGrant } from "../first-factor.ts";
import type { GrantStatements } from "../grant-statements.ts";

type CodeGrant = FirstFactorGrant<"code"> | ChildSessionGrant;

const consume = (db: Database, _: SendCaps, { claim, codeHash }: CodeGrant) => [
  db
    .update(authorizationCodes)
    .set({ claim })
    .where(and(eq(authorizationCodes.codeHash, codeHash), isNull(authorizationCodes.claim))),
];

const isConsumed = ({ codeHash, claim }: CodeGrant) =>
  and(eq(authorizationCodes.codeHash, codeHash), eq(authorizationCodes.claim, claim));

/** This exchange consumed the code, and the identity that the code was issued for is still linked. */
export const codeGrant: GrantStatements<FirstFactorGrant<"code">> = {
  consume,
  isValid: (db, grant) =>
    and(
      isNotNull(accounts.emailVerifiedAt),
      exists(
        db
          .select({ one: sql`1` })
          .from(authorizationCodes)
          .innerJoin(
            identities,
            and(
              eq(identities.accountId, authorizationCodes.accountId),
              eq(identities.provider, authorizationCodes.provider),
            ),
          )
          .where(
            and(
              isConsumed(grant),
              eq(authorizationCodes.accountId, accounts.id),
              // A password reset after the code was issued voids the code.
              gte(authorizationCodes.createdAt, accounts.devicesKnownSince),
            ),
          ),
      ),
    ),
};

/** This exchange consumed the code, and the session that the code was issued to is still live. */
export const childSessionGrant: GrantStatements<ChildSessionGrant> = {
  consume,
  isValid: (db, grant) =>
    and(
      isNotNull(accounts.emailVerifiedAt),
      exists(
        db
          .select({ one: sql`1` })
          .from(authorizationCodes)
          .innerJoin(sessions, eq(sessions.id, authorizationCodes.sessionId))
          .where(and(isConsumed(grant), eq(sessions.accountId, accounts.id), sessionIsLive(grant.now))),
      ),
    ),
};
