import {
  and,
  eq,
  exists,
  inArray,
  isNotNull,
  isNull,
  ne,
  notExists,
  type SQL,
  type SQLWrapper,
  sql,
} from "drizzle-orm";
import { newAccountRow } from "../../accounts/statements.ts";
import { auditRow } from "../../admin/audit-log/statements.ts";
import type { EmailAddress } from "../../core/email-address.ts";
import type { Database } from "../../db/database.ts";
import { insertFrom, insertUnless } from "../../db/insert-from.ts";
import {
  accounts,
  attemptCounters,
  auditEvents,
  emailTokens,
  identities,
  oneTimeCodes,
} from "../../db/schema.ts";
import { ALWAYS, queueMessage, type SendCaps } from "../../messaging/outbox/statements.ts";
import { EVERY_PURPOSE } from "../../registration/email-tokens/email-token.ts";
import { voidEmailTokens } from "../../registration/email-tokens/statements.ts";
import { auditBootstrap, provenAddress } from "../../registration/statements.ts";
import { endSessions } from "../../sessions/statements.ts";
import { lockoutOf } from "../lockout/statements.ts";
import { voidOneTimeCodes } from "../one-time-codes/statements.ts";
import type { IdentityAttachment } from "./identity.ts";

type Joined = {
  readonly accountId: string;
  readonly attachment: IdentityAttachment;
  readonly lockoutKey: string;
  readonly now: number;
};
type Coming = Exclude<IdentityAttachment, { kind: "known" }>;

/**
 * The statements by which a proven identity comes to its account; the unique indexes decide, and
 * everything after the row of the identity hangs on that row. Nothing of it happens while the
 * account's lock is shut.
 */
export function attachIdentity(db: Database, caps: SendCaps, joined: Joined) {
  const { accountId, attachment, now } = joined;
  if (attachment.kind === "known") return [markUsed(db, joined)];
  const isLink = attachment.kind === "link";
  const whose = db.select({ id: identities.accountId }).from(identities).where(isJoined(attachment));
  const proof = { whose, bootstrap: attachment.bootstrap, now };
  return [
    ...(attachment.kind === "create" ? [createAccount(db, joined, attachment)] : []),
    insertFrom(
      db,
      identities,
      { ...attachment.key, accountId, createdAt: now, lastUsedAt: now },
      accounts,
      and(
        eq(accounts.id, accountId),
        eq(accounts.emailKey, attachment.email.key),
        eq(accounts.status, "active"),
        isLink ? isNotNull(accounts.emailVerifiedAt) : isNull(accounts.emailVerifiedAt),
        notExists(lockoutOf(db, joined.lockoutKey, now)),
      ),
    ).onConflictDoNothing(),
    ...(isLink
      ? []
      : [
          ...auditBootstrap(db, proof),
          ...deleteUnverifiedCredentials(db, attachment, whose, now),
          db
            .update(accounts)
            .set({
              ...provenAddress(db, proof),
              // What a stranger said of themselves goes with them.
              name: attachment.name ?? localPartOf(attachment.email),
              lastName: null,
              username: null,
              usernameKey: null,
              age: null,
              locale: attachment.locale,
              passwordHash: null,
              devicesKnownSince: now,
            })
            .where(inArray(accounts.id, whose)),
        ]),
    ...afterAttaching(db, caps, { accountId, attachment, now }),
  ];
}

/** News and trail of an identity that has just come to an account. */
export const afterAttaching = (
  db: Database,
  caps: SendCaps,
  {
    accountId,
    attachment,
    now,
  }: { accountId: string; attachment: Pick<Coming, "key" | "notice" | "audits">; now: number },
) => [
  ...(attachment.notice
    ? queueMessage(db, {
        draft: attachment.notice,
        accountId,
        now,
        limits: ALWAYS,
        caps,
        source: identities,
        where: isJoined(attachment),
      })
    : []),
  ...attachment.audits.map((audit) =>
    insertFrom(db, auditEvents, auditRow(audit, accountId), identities, isJoined(attachment)),
  ),
];

const isJoined = ({ key }: Pick<Coming, "key">): SQL => eq(identities.id, key.id);

/** Whoever registered the address before its owner came may have chosen a password, and waits. */
const deleteUnverifiedCredentials = (db: Database, { key }: Coming, whose: SQLWrapper, now: number) => [
  db.delete(identities).where(and(inArray(identities.accountId, whose), ne(identities.id, key.id))),
  endSessions(db, whose, now),
  voidEmailTokens(db, inArray(emailTokens.accountId, whose), EVERY_PURPOSE, now),
  voidOneTimeCodes(db, inArray(oneTimeCodes.accountId, whose)),
];

const markUsed = (db: Database, { accountId, attachment, lockoutKey, now }: Joined) => {
  const { provider, subject } = attachment.key;
  const maySignIn = db
    .select({ one: sql`1` })
    .from(accounts)
    .where(
      and(eq(accounts.id, accountId), eq(accounts.status, "active"), isNotNull(accounts.emailVerifiedAt)),
    );
  return db
    .update(identities)
    .set({ lastUsedAt: now })
    .where(
      and(
        eq(identities.provider, provider),
        eq(identities.subject, subject),
        eq(identities.accountId, accountId),
        exists(maySignIn),
        notExists(lockoutOf(db, lockoutKey, now)),
      ),
    );
};

const MAX_NAME = 64;

/** A name for somebody whose provider tells none. */
const localPartOf = ({ address }: EmailAddress): string => address.split("@", 1)[0]?.slice(0, MAX_NAME) ?? "";

/** An account without a password, its address not proven yet: the statements after it prove it. */
function createAccount(
  db: Database,
  { accountId, lockoutKey, now }: Joined,
  { key, email, name, locale }: Coming,
) {
  const row = newAccountRow({ id: accountId, email, name: name ?? localPartOf(email), locale, now });
  const rival = sql`(SELECT 1 FROM ${identities} WHERE ${identities.provider} = ${key.provider} AND ${identities.subject} = ${key.subject} UNION ALL SELECT 1 FROM ${attemptCounters} WHERE ${attemptCounters.key} = ${lockoutKey} AND ${attemptCounters.lockedUntil} > ${now})`;
  return insertUnless(db, accounts, row, rival).onConflictDoNothing();
}
