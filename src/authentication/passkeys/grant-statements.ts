import { and, eq, exists, isNotNull, sql } from "drizzle-orm";
import type { Database } from "../../db/database.ts";
import { maySignIn } from "../../db/predicates.ts";
import { accounts, factors, webauthnChallenges } from "../../db/schema.ts";
import type { FirstFactorGrant } from "../first-factor.ts";
import type { GrantStatements } from "../grant-statements.ts";
import { isOpenChallenge, recordPasskeyUse } from "./consumption-statements.ts";

type Grant = FirstFactorGrant<"passkey">;

const storedPasskey = (db: Database, { factorId, accountId }: Grant) =>
  exists(
    db
      .select({ one: sql`1` })
      .from(factors)
      .where(and(eq(factors.id, factorId), eq(factors.accountId, accountId), eq(factors.kind, "passkey"))),
  );

const claimedChallenge = (db: Database, { challengeId, claim }: Grant) =>
  exists(
    db
      .select({ one: sql`1` })
      .from(webauthnChallenges)
      .where(and(eq(webauthnChallenges.id, challengeId), eq(webauthnChallenges.claim, claim))),
  );

export const passkeyGrant: GrantStatements<Grant> = {
  /** Of any number of parallel sign-ins with one challenge, one claims it. */
  consume: (db, _caps, grant) => [
    db
      .update(webauthnChallenges)
      .set({ claim: grant.claim })
      .where(
        and(
          isOpenChallenge(grant.challengeId, grant.now),
          eq(webauthnChallenges.purpose, "sign_in"),
          storedPasskey(db, grant),
          maySignIn(db, grant.accountId),
        ),
      ),
    ...recordPasskeyUse(db, grant, claimedChallenge(db, grant)),
  ],
  isValid: (db, grant) =>
    and(isNotNull(accounts.emailVerifiedAt), claimedChallenge(db, grant), storedPasskey(db, grant)),
};
