import { and, eq, gt, inArray, isNull, notExists, type SQL, sql } from "drizzle-orm";
import { alias } from "drizzle-orm/sqlite-core";
import type { Database } from "../../db/database.ts";
import { accounts, emailTokens } from "../../db/schema.ts";
import type { EmailTokenPurpose, NewEmailToken } from "./email-token.ts";

export const emailTokenRow = <A, E, K>(
  draft: NewEmailToken,
  owner: { accountId: A; email: E; emailKey: K },
) => ({
  ...draft,
  ...owner,
  consumedAt: null,
  claim: null,
});

/** A consumption: whoever writes its claim into the row first has it, and only they. */
export type EmailTokenClaim = { readonly tokenHash: string; readonly claim: string; readonly now: number };

/** Takes the link, or takes nothing: `… WHERE consumed_at IS NULL` lets one of any number through. */
export function claimEmailToken(db: Database, claim: EmailTokenClaim, purpose: EmailTokenPurpose) {
  const owner = db
    .select({ one: sql`1` })
    .from(accounts)
    .where(
      and(
        eq(accounts.id, emailTokens.accountId),
        eq(accounts.status, "active"),
        purpose === "change_email" ? undefined : eq(accounts.emailKey, emailTokens.emailKey),
      ),
    );
  return db
    .update(emailTokens)
    .set({ consumedAt: claim.now, claim: claim.claim })
    .where(
      and(
        eq(emailTokens.tokenHash, claim.tokenHash),
        eq(emailTokens.purpose, purpose),
        isNull(emailTokens.consumedAt),
        gt(emailTokens.expiresAt, claim.now),
        sql`EXISTS ${owner}`,
        purpose === "change_email" ? addressIsFree(db, sql`${emailTokens.emailKey}`) : undefined,
      ),
    )
    .returning({ accountId: emailTokens.accountId });
}

/** Whether this very consumption took the link: what the later statements of its batch hang on. */
export const claimed = (claim: EmailTokenClaim): SQL | undefined =>
  and(eq(emailTokens.tokenHash, claim.tokenHash), eq(emailTokens.claim, claim.claim));

/** The account whose link this consumption took, as a subquery. */
export const claimedAccountId = (db: Database, claim: EmailTokenClaim) =>
  db.select({ accountId: emailTokens.accountId }).from(emailTokens).where(claimed(claim));

/** Voids links that were not used: a newer one, another address or another password takes their place. */
export function voidEmailTokens(
  db: Database,
  whose: SQL,
  purposes: readonly EmailTokenPurpose[],
  now: number,
) {
  return db
    .update(emailTokens)
    .set({ consumedAt: now })
    .where(and(whose, inArray(emailTokens.purpose, [...purposes]), isNull(emailTokens.consumedAt)));
}

export function addressIsFree(db: Database, emailKey: string | SQL) {
  const other = alias(accounts, "other");
  return notExists(db.select({ one: sql`1` }).from(other).where(sql`${other.emailKey} = ${emailKey}`));
}
