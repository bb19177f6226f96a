import { and, eq, inArray, ne, notExists, type SQL, type SQLWrapper, sql } from "drizzle-orm";
import { alias } from "drizzle-orm/sqlite-core";
import { newAccountRow } from "../../accounts/statements.ts";
import { auditRow } from "../../admin/audit-log/statements.ts";
import type { Database } from "../../db/database.ts";
import { insertFrom, insertUnless } from "../../db/insert-select.ts";
import { addressIsVerified, isActive, maySignIn } from "../../db/predicates.ts";
import { accounts, attemptCounters, auditEvents, identities } from "../../db/schema.ts";
import { NO_SEND_LIMITS, queueMessage, type SendCaps } from "../../messaging/outbox/statements.ts";
import { countClientRequest, withinClientLimits } from "../../rate-limit/statements.ts";
import { removeForeignAccess } from "../../registration/foreign-access-statements.ts";
import {
  endUnprovenAccess,
  localPartOf,
  newOwnerColumns,
} from "../../registration/proven-address-statements.ts";
import { deleteAnswers } from "../../registration/sign-up-fields/statements.ts";
import { auditBootstrap, emailVerificationColumns } from "../../registration/statements.ts";
import {
  isUnprovenRegistration,
  openInvitation,
} from "../../registration/unproven-registration-statements.ts";
import { endSessions } from "../../sessions/statements.ts";
import { lockoutOf } from "../lockout/attempt-counter-statements.ts";
import { claimIdToken, idTokenIsClaimed } from "./id-token-statements.ts";
import type { IdentityAttachment } from "./identity.ts";

type Attachment = {
  readonly accountId: string;
  readonly attachment: IdentityAttachment;
  readonly lockoutKey: string;
  readonly now: number;
};
type AddedIdentity = Exclude<IdentityAttachment, { kind: "existing" }>;

const linked = alias(identities, "linked");

/**
 * The statements that attach a verified identity to its account. The unique indexes resolve races: every statement
 * after the insert of the identity depends on that row. Nothing else is written while the account is locked out, or if a
 * client that creates accounts is over its limit.
 */
export function attachIdentity(db: Database, caps: SendCaps, input: Attachment) {
  const { accountId, attachment, now } = input;
  const claim = claimIdToken(db, attachment.idToken, sql`(${refusal(input)})`);
  if (attachment.kind === "existing") return [...claim, markUsed(db, input, attachment.sealedRefreshToken)];
  const { kind } = attachment;
  const target = db.select({ id: identities.accountId }).from(identities).where(isAttached(attachment));
  return [
    ...countClientRequest(db, attachment.clientLimits, now),
    ...claim,
    ...(kind === "create" ? [createAccount(db, input, attachment)] : []),
    // Before the insert: an account has one identity of each provider.
    ...(kind === "claim" ? clearImpliedAccount(db, input, attachment) : []),
    insertFrom(
      db,
      identities,
      { ...attachment.key, accountId, createdAt: now, lastUsedAt: now },
      accounts,
      isAttachable(db, input, attachment),
    ).onConflictDoNothing(),
    ...(kind === "link" ? [] : proveAddress(db, input, attachment, target)),
    ...recordAttachment(db, caps, { accountId, attachment, now }),
  ];
}

/** Selects a row if the account is locked out, or the client is over its limit. */
function refusal({ attachment, lockoutKey, now }: Attachment): SQL {
  const isLockedOut = sql`SELECT 1 FROM ${attemptCounters} WHERE ${attemptCounters.key} = ${lockoutKey} AND ${attemptCounters.lockedUntil} > ${now}`;
  const within = attachment.kind === "existing" ? undefined : withinClientLimits(attachment.clientLimits);
  return within ? sql`${isLockedOut} UNION ALL SELECT 1 WHERE NOT (${within})` : isLockedOut;
}

/** The state in which each kind of attachment finds the account. */
const STATES = {
  link: () => and(isActive(), addressIsVerified()),
  claim: (db, now) =>
    and(
      isActive(),
      eq(accounts.emailImplied, true),
      sql`${accounts.role} = 'user'`,
      notExists(openInvitation(db, now)),
    ),
  take_over: isUnprovenRegistration,
  create: isUnprovenRegistration,
} satisfies Record<AddedIdentity["kind"], (db: Database, now: number) => SQL | undefined>;

/** The account that the identity may be attached to. */
const isAttachable = (
  db: Database,
  { accountId, lockoutKey, now }: Attachment,
  { kind, email, idToken }: AddedIdentity,
) =>
  and(
    eq(accounts.id, accountId),
    eq(accounts.emailKey, email.key),
    STATES[kind](db, now),
    notExists(lockoutOf(db, lockoutKey, now)),
    idTokenIsClaimed(db, idToken),
  );

/** The owner proves an address that another provider had only implied: what its earlier user set up ends. */
function clearImpliedAccount(db: Database, input: Attachment, attachment: AddedIdentity) {
  const { provider, subject } = attachment.key;
  const isLinked = db
    .select({ one: sql`1` })
    .from(linked)
    .where(and(eq(linked.provider, provider), eq(linked.subject, subject)));
  const claimed = db
    .select({ id: accounts.id })
    .from(accounts)
    .where(and(isAttachable(db, input, attachment), notExists(isLinked)));
  return removeForeignAccess(db, claimed, attachment.removal, input.now);
}

/** Verifies the address of the account, and ends what an unproven registration or an implied account had. */
function proveAddress(db: Database, { now }: Attachment, attachment: AddedIdentity, target: SQLWrapper) {
  const { kind, email, bootstrap, isImplied } = attachment;
  const proof = { accountIds: target, bootstrap, now };
  return [
    ...auditBootstrap(db, proof),
    ...(kind === "claim"
      ? [endSessions(db, target, now)]
      : deleteUnverifiedCredentials(db, attachment, target, now)),
    db
      .update(accounts)
      .set({
        ...emailVerificationColumns(db, proof),
        email: email.address,
        emailImplied: isImplied,
        devicesKnownSince: now,
        ...(kind === "claim" ? {} : newOwnerColumns(attachment)),
      })
      .where(inArray(accounts.id, target)),
  ];
}

/** Notice and audit events of an identity that the same batch has attached to an account. */
export const recordAttachment = (
  db: Database,
  caps: SendCaps,
  {
    accountId,
    attachment,
    now,
  }: { accountId: string; attachment: Pick<AddedIdentity, "key" | "notice" | "audits">; now: number },
) => [
  ...(attachment.notice
    ? queueMessage(db, {
        message: attachment.notice,
        accountId,
        now,
        limits: NO_SEND_LIMITS,
        caps,
        source: identities,
        where: isAttached(attachment),
      })
    : []),
  ...attachment.audits.map((audit) =>
    insertFrom(db, auditEvents, auditRow(audit, accountId), identities, isAttached(attachment)),
  ),
];

const isAttached = ({ key }: Pick<AddedIdentity, "key">): SQL => eq(identities.id, key.id);

/** The unverified registration of this address may be an attacker's: its identities, sessions, tokens and codes end. */
const deleteUnverifiedCredentials = (
  db: Database,
  { key }: AddedIdentity,
  target: SQLWrapper,
  now: number,
) => [
  db.delete(identities).where(and(inArray(identities.accountId, target), ne(identities.id, key.id))),
  ...endUnprovenAccess(db, target, now),
  deleteAnswers(db, target),
];

const markUsed = (
  db: Database,
  { accountId, attachment, lockoutKey, now }: Attachment,
  sealedRefreshToken: string | null,
) => {
  const { provider, subject } = attachment.key;
  return db
    .update(identities)
    .set({ lastUsedAt: now, ...(sealedRefreshToken === null ? {} : { sealedRefreshToken }) })
    .where(
      and(
        eq(identities.provider, provider),
        eq(identities.subject, subject),
        eq(identities.accountId, accountId),
        maySignIn(db, accountId),
        idTokenIsClaimed(db, attachment.idToken),
        notExists(lockoutOf(db, lockoutKey, now)),
      ),
    );
};

/** Creates an account without a password and with an unverified address; the following statements verify it. */
function createAccount(
  db: Database,
  input: Attachment,
  { key, email, name, locale, idToken }: AddedIdentity,
) {
  const { accountId, now } = input;
  const row = newAccountRow({ id: accountId, email, name: name ?? localPartOf(email), locale, now });
  const existing = sql`(SELECT 1 FROM ${identities} WHERE ${identities.provider} = ${key.provider} AND ${identities.subject} = ${key.subject} UNION ALL ${refusal(input)}${
    idToken ? sql` UNION ALL SELECT 1 WHERE NOT ${idTokenIsClaimed(db, idToken)}` : sql``
  })`;
  return insertUnless(db, accounts, row, existing).onConflictDoNothing();
}
