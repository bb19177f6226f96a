import { and, eq, gt, inArray, isNotNull, or, type SQL } from "drizzle-orm";
import { eraseIpAddresses } from "../../admin/audit-log/statements.ts";
import { clearAttempts } from "../../authentication/lockout/attempt-counter-statements.ts";
import { voidOneTimeCodes } from "../../authentication/one-time-codes/statements.ts";
import { storedAddressKey } from "../../core/email-address.ts";
import type { Database } from "../../db/database.ts";
import {
  accounts,
  apiKeys,
  emailSignInCodes,
  emailTokens,
  factorRemovals,
  identities,
  knownDevices,
  mailboxMessages,
  oauthDeviceRequests,
  oauthGrants,
  oneTimeCodes,
  outbox,
  webauthnChallenges,
} from "../../db/schema.ts";
import type { NewEventDelivery } from "../../event-deliveries/delivery.ts";
import { queueEvents, queueTokenRevocations } from "../../event-deliveries/statements.ts";
import { EMAIL_TOKEN_PURPOSES } from "../../registration/email-tokens/email-token.ts";
import { voidEmailTokens } from "../../registration/email-tokens/statements.ts";
import { endSessions } from "../../sessions/statements.ts";
import type { Account } from "../account.ts";
import { discardAvatar } from "../avatar/statements.ts";

/** Whether the user has requested the deletion and may still undo it: until the millisecond at which it is due. */
export const isPending = (now: number): SQL | undefined =>
  and(isNotNull(accounts.deletionDueAt), gt(accounts.deletionDueAt, now));

type Pending = { readonly accountId: string; readonly dueAt: number; readonly now: number };

/**
 * Sets when the account is erased, and ends all access to it: sessions, consents with their codes, API keys, known and
 * trusted devices, links and codes (security 65).
 */
export const startDeletion = (db: Database, { accountId, dueAt, now }: Pending, where: SQL) => [
  db
    .update(accounts)
    // Device tokens from before `known_devices` have no row that could be deleted.
    .set({ deletionDueAt: dueAt, devicesKnownSince: now + 1, updatedAt: now })
    .where(and(eq(accounts.id, accountId), where)),
  endSessions(db, accountId, now, where),
  db.delete(oauthGrants).where(and(eq(oauthGrants.accountId, accountId), where)),
  db.delete(oauthDeviceRequests).where(and(eq(oauthDeviceRequests.accountId, accountId), where)),
  db.delete(apiKeys).where(and(eq(apiKeys.accountId, accountId), where)),
  db.delete(knownDevices).where(and(eq(knownDevices.accountId, accountId), where)),
  db.delete(webauthnChallenges).where(and(eq(webauthnChallenges.accountId, accountId), where)),
  voidEmailTokens(db, and(eq(emailTokens.accountId, accountId), where) as SQL, EMAIL_TOKEN_PURPOSES, now),
  voidOneTimeCodes(db, and(eq(oneTimeCodes.accountId, accountId), where) as SQL),
];

/** What the erasure of an account needs to know of it. */
export type ErasedAccount = Pick<Account, "id" | "email" | "phone">;

export type Erasure = {
  readonly account: ErasedAccount;
  readonly lockoutKeys: readonly string[];
  /** The Workers of the team to tell. */
  readonly events: readonly NewEventDelivery[];
  readonly now: number;
};

/**
 * Erases an account; the foreign keys delete every row that it owns. Listed are the rows that belong to it without a
 * foreign key. Its audit events stay, without IP addresses. `applies` must not depend on what a statement here changes.
 */
export function eraseAccount(db: Database, { account, lockoutKeys, events, now }: Erasure, applies: SQL) {
  const { id, email, phone } = account;
  return [
    // A live session that the cascade deletes would not get into the revocation list, nor would its clients be told.
    endSessions(db, id, now, applies),
    discardAvatar(db, id, now, applies),
    queueTokenRevocations(db, now, and(eq(identities.accountId, id), applies)),
    ...queueEvents(db, events, now, applies),
    clearAttempts(db, lockoutKeys, applies),
    ...eraseIpAddresses(db, id, applies),
    db.delete(emailSignInCodes).where(and(eq(emailSignInCodes.emailKey, storedAddressKey(email)), applies)),
    // The range uses the index on the due time. The table holds the few removals that are pending.
    db
      .update(factorRemovals)
      .set({ requestedBy: null })
      .where(and(gt(factorRemovals.dueAt, 0), eq(factorRemovals.requestedBy, id), applies)),
    // The development mailbox, which is empty in production. The id of an outbox row also finds messages to an
    // earlier address or number of the account, so this comes before the cascade deletes the outbox rows.
    db
      .delete(mailboxMessages)
      .where(
        and(
          or(
            inArray(mailboxMessages.to, [email, phone ?? email]),
            inArray(
              mailboxMessages.id,
              db.select({ id: outbox.id }).from(outbox).where(eq(outbox.accountId, id)),
            ),
          ),
          applies,
        ),
      ),
    db.delete(accounts).where(and(eq(accounts.id, id), applies)),
  ];
}
