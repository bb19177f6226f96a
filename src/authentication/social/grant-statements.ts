import { and, eq, exists, isNotNull, sql } from "drizzle-orm";
import { accounts, identities } from "../../db/schema.ts";
import type { FirstFactorGrant } from "../first-factor.ts";
import type { GrantStatements } from "../grant-statements.ts";
import { idTokenIsClaimed } from "./id-token-statements.ts";
import { attachIdentity } from "./identity-statements.ts";

export const identityGrant: GrantStatements<FirstFactorGrant<"identity">> = {
  consume: attachIdentity,
  isValid: (db, { attachment: { key, idToken } }) =>
    and(
      idTokenIsClaimed(db, idToken),
      isNotNull(accounts.emailVerifiedAt),
      exists(
        db
          .select({ one: sql`1` })
          .from(identities)
          .where(
            and(
              eq(identities.provider, key.provider),
              eq(identities.subject, key.subject),
              eq(identities.accountId, accounts.id),
            ),
          ),
      ),
    ),
};
