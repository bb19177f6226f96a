import {
  and,
  eq,
  exists,
  gt,
  inArray,
  isNotNull,
  notExists,
  type SQL,
  type SQLWrapper,
  sql,
} from "drizzle-orm";
import { newAccountRow } from "../../accounts/statements.ts";
import { auditRow } from "../../admin/audit-log/statements.ts";
import type { Database } from "../../db/database.ts";
import { insertFrom, insertIf } from "../../db/insert-select.ts";
import { addressIsVerified, isActive } from "../../db/predicates.ts";
import { accounts, auditEvents, emailSignInCodes, identities } from "../../db/schema.ts";
import { NO_SEND_LIMITS, queueMessage, type SendCaps } from "../../messaging/outbox/statements.ts";
import { removeForeignAccess } from "../../registration/foreign-access-statements.ts";
import {
  endUnprovenAccess,
  localPartOf,
  newOwnerColumns,
} from "../../registration/proven-address-statements.ts";
import { deleteAnswers } from "../../registration/sign-up-fields/statements.ts";
import { auditBootstrap, emailVerificationColumns } from "../../registration/statements.ts";
import { isUnprovenRegistration } from "../../registration/unproven-registration-statements.ts";
import { endSessions } from "../../sessions/statements.ts";
import type { FirstFactorGrant } from "../first-factor.ts";
import type { GrantStatements } from "../grant-statements.ts";
import { clearAttempts } from "../lockout/attempt-counter-statements.ts";
import type { EmailCodeDecision } from "./email-code.ts";
import { isClaimable } from "./holder-statements.ts";
import { hasConsumed, isOpenAttempt } from "./statements.ts";

type Grant = FirstFactorGrant<"email_code">;

/**
 * A correct code. Its batch consumes the code only if the account is still in the state that it was judged by, and every
 * other statement depends on that. The unique index of the address decides between two new accounts.
 */
export const emailCodeGrant: GrantStatements<Grant> = {
  consume: (db, caps, grant) => {
    const { proof, accountId, now } = grant;
    const consumed = isConsumed(db, grant);
    const target = db
      .select({ id: accounts.id })
      .from(accounts)
      .where(and(eq(accounts.id, accountId), consumed));
    return [
      db
        .update(emailSignInCodes)
        .set({ consumedAt: now })
        .where(and(isOpenAttempt(proof), gt(emailSignInCodes.expiresAt, now), isUnchanged(db, grant))),
      clearAttempts(db, [proof.codesLockoutKey], consumed),
      ...(proof.decision === "create" ? [createAccount(db, grant, consumed)] : []),
      ...(proof.decision === "sign_in" ? [] : proveAddress(db, grant, target)),
      ...recordProof(db, caps, grant, consumed),
    ];
  },
  isValid: (db, grant) => and(isConsumed(db, grant), isNotNull(accounts.emailVerifiedAt)),
};

const isConsumed = (db: Database, { proof }: Grant): SQL =>
  exists(db.select({ one: sql`1` }).from(emailSignInCodes).where(hasConsumed(proof)));

/** The state of the account that each decision depends on. */
const STATES = {
  sign_in: () => and(isActive(), addressIsVerified()),
  claim: isClaimable,
  take_over: isUnprovenRegistration,
} satisfies Record<Exclude<EmailCodeDecision, "create">, (db: Database, now: number) => SQL | undefined>;

function isUnchanged(db: Database, { accountId, now, proof: { decision, email } }: Grant): SQL {
  const ofAddress = eq(accounts.emailKey, email.key);
  const holder = db.select({ one: sql`1` }).from(accounts);
  return decision === "create"
    ? notExists(holder.where(ofAddress))
    : exists(holder.where(and(eq(accounts.id, accountId), ofAddress, STATES[decision](db, now))));
}

/** Creates an account without a password and with an unverified address; the following statements verify it. */
const createAccount = (db: Database, { accountId, now, proof: { email, locale } }: Grant, consumed: SQL) =>
  insertIf(
    db,
    accounts,
    newAccountRow({ id: accountId, email, name: localPartOf(email), locale, now }),
    consumed,
  ).onConflictDoNothing();

/** Verifies the address, and ends what an unproven registration or the user of an implied address had. */
function proveAddress(db: Database, { now, proof }: Grant, target: SQLWrapper) {
  const { decision, email, locale, bootstrap, removal } = proof;
  const isClaim = decision === "claim";
  const verification = { accountIds: target, bootstrap, now };
  return [
    ...auditBootstrap(db, verification),
    ...(isClaim
      ? [...removeForeignAccess(db, target, removal, now), endSessions(db, target, now)]
      : [
          db.delete(identities).where(inArray(identities.accountId, target)),
          deleteAnswers(db, target),
          ...endUnprovenAccess(db, target, now),
        ]),
    db
      .update(accounts)
      .set({
        ...emailVerificationColumns(db, verification),
        devicesKnownSince: now,
        ...(isClaim ? {} : { email: email.address, ...newOwnerColumns({ name: null, email, locale }) }),
      })
      .where(inArray(accounts.id, target)),
  ];
}

/** The notice and the audit events. */
const recordProof = (db: Database, caps: SendCaps, { accountId, now, proof }: Grant, consumed: SQL) => {
  const where = and(eq(accounts.id, accountId), consumed);
  const { notice, audits } = proof;
  return [
    ...(notice
      ? queueMessage(db, {
          message: notice,
          accountId,
          now,
          limits: NO_SEND_LIMITS,
          caps,
          source: accounts,
          where,
        })
      : []),
    ...audits.map((audit) => insertFrom(db, auditEvents, auditRow(audit, accountId), accounts, where)),
  ];
};
