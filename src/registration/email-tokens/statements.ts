import {
  and,
  desc,
  eq,
  gt,
  inArray,
  isNull,
  notExists,
  notInArray,
  type SQL,
  type SQLWrapper,
  sql,
} from "drizzle-orm";
import type { Database } from "../../db/database.ts";
import { accountIsActive } from "../../db/predicates.ts";
import { accounts, emailTokens } from "../../db/schema.ts";
import { addressHolder } from "../unproven-registration-statements.ts";
import type { EmailTokenPurpose, NewEmailToken } from "./email-token.ts";

export const emailTokenRow = <A, E, K>(
  token: NewEmailToken,
  owner: { accountId: A; email: E; emailKey: K },
) => ({
  ...token,
  ...owner,
  consumedAt: null,
  claim: null,
});

/** One attempt to consume a token. `claim` is unique; only the first attempt writes it into the row. */
export type EmailTokenClaim = { readonly tokenHash: string; readonly claim: string; readonly now: number };

/**
 * Consumes the token if it is valid: `… WHERE consumed_at IS NULL` lets one of any number of parallel
 * attempts through. The account must be active. The token must have been mailed to the account's
 * current address, or, for `change_email`, to an address that no other account holds.
 */
export function claimEmailToken(db: Database, claim: EmailTokenClaim, purpose: EmailTokenPurpose) {
  const hasSameAddress = purpose === "change_email" ? undefined : eq(accounts.emailKey, emailTokens.emailKey);
  return db
    .update(emailTokens)
    .set({ consumedAt: claim.now, claim: claim.claim })
    .where(
      and(
        eq(emailTokens.tokenHash, claim.tokenHash),
        eq(emailTokens.purpose, purpose),
        isNull(emailTokens.consumedAt),
        gt(emailTokens.expiresAt, claim.now),
        accountIsActive(db, emailTokens.accountId, hasSameAddress),
        purpose === "change_email"
          ? notExists(addressHolder(db, sql`${emailTokens.emailKey}`, claim.now))
          : undefined,
      ),
    )
    .returning({ accountId: emailTokens.accountId });
}

/** True if this claim consumed the token: the condition of the later statements of its batch. */
export const emailTokenClaimed = (claim: EmailTokenClaim): SQL | undefined =>
  and(eq(emailTokens.tokenHash, claim.tokenHash), eq(emailTokens.claim, claim.claim));

/** The account of the token that this claim consumed, as a subquery. */
export const emailTokenAccountId = (db: Database, claim: EmailTokenClaim) =>
  db.select({ accountId: emailTokens.accountId }).from(emailTokens).where(emailTokenClaimed(claim));

/** Voids unused tokens, when a newer token, another address or another password replaces them. */
export function voidEmailTokens(
  db: Database,
  where: SQL,
  purposes: readonly EmailTokenPurpose[],
  now: number,
) {
  return db
    .update(emailTokens)
    .set({ consumedAt: now })
    .where(and(where, inArray(emailTokens.purpose, [...purposes]), isNull(emailTokens.consumedAt)));
}

/** Live reset links of an account, the next one included (security 10). */
const MAX_LIVE_RESET_TOKENS = 3;

/**
 * Voids the oldest live reset tokens of an account, before the next one is inserted. `accountIds`: a subquery of one
 * account or of none.
 */
export function voidSurplusResetTokens(db: Database, accountIds: SQLWrapper, now: number) {
  const isLive = and(
    inArray(emailTokens.accountId, accountIds),
    eq(emailTokens.purpose, "reset_password"),
    isNull(emailTokens.consumedAt),
    gt(emailTokens.expiresAt, now),
  );
  const kept = db
    .select({ tokenHash: emailTokens.tokenHash })
    .from(emailTokens)
    .where(isLive)
    .orderBy(desc(emailTokens.createdAt))
    .limit(MAX_LIVE_RESET_TOKENS - 1);
  return db
    .update(emailTokens)
    .set({ consumedAt: now })
    .where(and(isLive, notInArray(emailTokens.tokenHash, kept)));
}
