import { and, asc, eq, exists, gt, isNull, type SQL, sql } from "drizzle-orm";
import type { NewAuditEvent } from "../../admin/audit-log/audit-event.ts";
import { auditRow } from "../../admin/audit-log/statements.ts";
import type { Database } from "../../db/database.ts";
import { insertFrom } from "../../db/insert-select.ts";
import { isActive } from "../../db/predicates.ts";
import { runBatch } from "../../db/run-batch.ts";
import { accounts, auditEvents, factors, webauthnChallenges } from "../../db/schema.ts";
import type { NewMessage } from "../../messaging/outbox/message.ts";
import { NO_SEND_LIMITS, queueMessage, type SendCaps } from "../../messaging/outbox/statements.ts";
import type { CurrentSession } from "../../sessions/session.ts";
import { liftEnrolmentRestriction } from "../../sessions/statements.ts";
import type { Amr } from "../amr.ts";
import { isRecentlyAuthenticated } from "../reauthentication/statements.ts";
import { newFactorRow } from "../second-factor/statements.ts";
import {
  type CredentialDescriptor,
  MAX_PASSKEYS,
  type NewPasskey,
  type NewPasskeyChallenge,
  type Passkey,
} from "./passkey.ts";
import { challengeRow, readDescriptors } from "./statements.ts";

type NewRegistration = {
  /** The session that has asked for the options. */
  readonly session: CurrentSession;
  /** The challenge that the client data names. */
  readonly challenge: string;
  readonly passkey: NewPasskey;
  /** What the registration proves, for a session that was restricted to it. Empty: it does not end the restriction. */
  readonly proves: readonly Amr[];
  readonly notice: NewMessage;
  readonly audit: NewAuditEvent;
  readonly now: number;
};

type RegistrationOutcome =
  | "added"
  | "not_accepted"
  | "already_registered"
  | "too_many_passkeys"
  | "reauthentication_required";

export type PasskeyRegistrationStore = ReturnType<typeof passkeyRegistrationStore>;

export function passkeyRegistrationStore(db: Database, caps: SendCaps) {
  const passkeysOf = (accountId: string) =>
    and(eq(factors.accountId, accountId), eq(factors.kind, "passkey"));
  const openChallenge = ({ session, challenge, now }: NewRegistration) =>
    and(
      eq(webauthnChallenges.accountId, session.account.id),
      eq(webauthnChallenges.subjectId, session.sessionId),
      eq(webauthnChallenges.purpose, "registration"),
      eq(webauthnChallenges.challenge, challenge),
      isNull(webauthnChallenges.claim),
      gt(webauthnChallenges.expiresAt, now),
    );
  /** The condition of a new passkey, on the row of its account. */
  const mayAdd = ({ session, now }: NewRegistration): SQL | undefined =>
    and(eq(accounts.id, session.account.id), isActive(), isRecentlyAuthenticated(db, session, now));
  return {
    /** Stores the challenge of a registration, and reads which passkeys the account has. */
    async start(challenge: NewPasskeyChallenge, session: CurrentSession): Promise<CredentialDescriptor[]> {
      const accountId = session.account.id;
      const owner = { purpose: "registration", accountId, subjectId: session.sessionId } as const;
      const { existing } = await runBatch(db, {
        challenge: [db.insert(webauthnChallenges).values(challengeRow(challenge, owner))],
        existing: db
          .select({ id: factors.credentialId, transports: factors.transports })
          .from(factors)
          .where(passkeysOf(accountId)),
      });
      return readDescriptors(existing);
    },

    /** Adds the passkey and uses up its challenge, if the session has just asked for it. */
    async add(registration: NewRegistration): Promise<RegistrationOutcome> {
      const { session, passkey, proves, notice, audit, now } = registration;
      const accountId = session.account.id;
      const open = openChallenge(registration);
      const isAllowed = mayAdd(registration);
      const count = db.select({ count: sql`count(*)` }).from(factors).where(passkeysOf(accountId));
      const issued = db.select({ id: webauthnChallenges.id }).from(webauthnChallenges).where(open);
      const isAdded = eq(factors.id, passkey.id);
      const added = db.select({ id: factors.id }).from(factors).where(isAdded);
      const { owners, same, challenges, created } = await runBatch(db, {
        owners: db.select({ id: accounts.id }).from(accounts).where(isAllowed),
        challenges: issued,
        same: db
          .select({ id: factors.id })
          .from(factors)
          .where(eq(factors.credentialId, passkey.credentialId)),
        passkey: [
          insertFrom(
            db,
            factors,
            newFactorRow({
              ...passkey,
              accountId,
              kind: "passkey",
              createdAt: now,
              isSecondFactor: false,
              transports: JSON.stringify(passkey.transports),
            }),
            accounts,
            and(isAllowed, exists(issued), sql`${count} < ${MAX_PASSKEYS}`),
          ).onConflictDoNothing(),
        ],
        challenge: [db.update(webauthnChallenges).set({ claim: passkey.id }).where(open)],
        notice: queueMessage(db, {
          message: notice,
          accountId,
          now,
          limits: NO_SEND_LIMITS,
          caps,
          source: factors,
          where: isAdded,
        }),
        audit: [insertFrom(db, auditEvents, auditRow(audit, accountId), factors, isAdded)],
        restriction: liftEnrolmentRestriction(db, {
          sessionId: session.sessionId,
          amr: proves,
          where: exists(added),
        }),
        created: added,
      });
      if (created.length > 0) return "added";
      if (owners.length === 0) return "reauthentication_required";
      if (challenges.length === 0) return "not_accepted";
      return same.length > 0 ? "already_registered" : "too_many_passkeys";
    },

    /** The passkeys of an account, the oldest first. */
    async list(accountId: string): Promise<Passkey[]> {
      const rows = await db
        .select({
          id: factors.id,
          label: factors.label,
          createdAt: factors.createdAt,
          lastUsedAt: factors.lastUsedAt,
          isSynced: factors.isSynced,
          isSecondFactor: factors.isSecondFactor,
        })
        .from(factors)
        .where(passkeysOf(accountId))
        .orderBy(asc(factors.createdAt), asc(factors.id));
      return rows.map((row) => ({ ...row, isSynced: row.isSynced === true }));
    },
  };
}
