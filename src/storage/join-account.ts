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
import type { Joining } from "../identities/identity.ts";
import type { EmailAddress } from "../kernel/email-address.ts";
import { EVERY_PURPOSE } from "../one-time-links/link.ts";
import { lockOf } from "./attempt-counters.ts";
import { voidChallenges } from "./challenges.ts";
import type { Database } from "./database.ts";
import { insertFrom, insertUnless } from "./insert-from.ts";
import { voidLinks } from "./one-time-links.ts";
import { auditBootstrap, provenAddress } from "./prove-address.ts";
import { ALWAYS, queueMessage, type SendCaps } from "./queue-message.ts";
import { auditRow, newAccountRow } from "./rows.ts";
import { accounts, attemptCounters, auditEvents, challenges, identities, oneTimeLinks } from "./schema.ts";
import { endSessions } from "./sessions.ts";

type Joined = {
  readonly accountId: string;
  readonly joining: Joining;
  readonly lockKey: string;
  readonly now: number;
};
type Coming = Exclude<Joining, { kind: "known" }>;

/**
 * The statements by which a proven identity comes to its account; the unique indexes decide, and
 * everything after the row of the identity hangs on that row. Nothing of it happens while the
 * account's lock is shut.
 */
export function joinAccount(db: Database, caps: SendCaps, joined: Joined) {
  const { accountId, joining, now } = joined;
  if (joining.kind === "known") return [markUsed(db, joined)];
  const isLink = joining.kind === "link";
  const whose = db.select({ id: identities.accountId }).from(identities).where(isJoined(joining));
  const proof = { whose, bootstrap: joining.bootstrap, now };
  return [
    ...(joining.kind === "create" ? [createAccount(db, joined, joining)] : []),
    insertFrom(
      db,
      identities,
      { ...joining.key, accountId, createdAt: now, lastUsedAt: now },
      accounts,
      and(
        eq(accounts.id, accountId),
        eq(accounts.emailKey, joining.email.key),
        eq(accounts.status, "active"),
        isLink ? isNotNull(accounts.emailVerifiedAt) : isNull(accounts.emailVerifiedAt),
        notExists(lockOf(db, joined.lockKey, now)),
      ),
    ).onConflictDoNothing(),
    ...(isLink
      ? []
      : [
          ...auditBootstrap(db, proof),
          ...forgetStranger(db, joining, whose, now),
          db
            .update(accounts)
            .set({
              ...provenAddress(db, proof),
              // What a stranger said of themselves goes with them.
              name: joining.name ?? localPartOf(joining.email),
              lastName: null,
              username: null,
              usernameKey: null,
              age: null,
              locale: joining.locale,
              passwordHash: null,
              devicesKnownSince: now,
            })
            .where(inArray(accounts.id, whose)),
        ]),
    ...afterJoining(db, caps, { accountId, joining, now }),
  ];
}

/** News and trail of an identity that has just come to an account. */
export const afterJoining = (
  db: Database,
  caps: SendCaps,
  {
    accountId,
    joining,
    now,
  }: { accountId: string; joining: Pick<Coming, "key" | "notice" | "audits">; now: number },
) => [
  ...(joining.notice
    ? queueMessage(db, {
        draft: joining.notice,
        accountId,
        now,
        limits: ALWAYS,
        caps,
        source: identities,
        where: isJoined(joining),
      })
    : []),
  ...joining.audits.map((audit) =>
    insertFrom(db, auditEvents, auditRow(audit, accountId), identities, isJoined(joining)),
  ),
];

const isJoined = ({ key }: Pick<Coming, "key">): SQL => eq(identities.id, key.id);

/** Whoever registered the address before its owner came may have chosen a password, and waits. */
const forgetStranger = (db: Database, { key }: Coming, whose: SQLWrapper, now: number) => [
  db.delete(identities).where(and(inArray(identities.accountId, whose), ne(identities.id, key.id))),
  endSessions(db, whose, now),
  voidLinks(db, inArray(oneTimeLinks.accountId, whose), EVERY_PURPOSE, now),
  voidChallenges(db, inArray(challenges.accountId, whose)),
];

const markUsed = (db: Database, { accountId, joining, lockKey, now }: Joined) => {
  const { provider, subject } = joining.key;
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
        notExists(lockOf(db, lockKey, now)),
      ),
    );
};

const MAX_NAME = 64;

/** A name for somebody whose provider tells none. */
const localPartOf = ({ address }: EmailAddress): string => address.split("@", 1)[0]?.slice(0, MAX_NAME) ?? "";

/** An account without a password, its address not proven yet: the statements after it prove it. */
function createAccount(
  db: Database,
  { accountId, lockKey, now }: Joined,
  { key, email, name, locale }: Coming,
) {
  const row = newAccountRow({ id: accountId, email, name: name ?? localPartOf(email), locale, now });
  const rival = sql`(SELECT 1 FROM ${identities} WHERE ${identities.provider} = ${key.provider} AND ${identities.subject} = ${key.subject} UNION ALL SELECT 1 FROM ${attemptCounters} WHERE ${attemptCounters.key} = ${lockKey} AND ${attemptCounters.lockedUntil} > ${now})`;
  return insertUnless(db, accounts, row, rival).onConflictDoNothing();
}
