import { and, eq, exists, type SQL, type SQLWrapper, sql } from "drizzle-orm";
import type { Database } from "../../db/database.ts";
import { insertUnless } from "../../db/insert-select.ts";
import { usedIdTokens } from "../../db/schema.ts";
import type { IdTokenUse } from "./identity.ts";

/** Claims an ID token, unless `refused` selects a row. Of any number of uses only the first stores its claim. */
export const claimIdToken = (db: Database, idToken: IdTokenUse | null, refused: SQLWrapper) =>
  idToken === null ? [] : [insertUnless(db, usedIdTokens, idToken, refused).onConflictDoNothing()];

/** True if this use has claimed the token, or there is no token: a condition of the later statements of the batch. */
export const idTokenIsClaimed = (db: Database, idToken: IdTokenUse | null): SQL | undefined =>
  idToken === null
    ? undefined
    : exists(
        db
          .select({ one: sql`1` })
          .from(usedIdTokens)
          .where(and(eq(usedIdTokens.tokenHash, idToken.tokenHash), eq(usedIdTokens.claim, idToken.claim))),
      );

/** The use that has claimed the token. */
export const findIdTokenClaim = (db: Database, idToken: IdTokenUse | null) =>
  db
    .select({ claim: usedIdTokens.claim })
    .from(usedIdTokens)
    .where(eq(usedIdTokens.tokenHash, idToken?.tokenHash ?? ""));
