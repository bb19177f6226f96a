import { and, eq, exists, gt, isNull, type SQL, type SQLWrapper, sql } from "drizzle-orm";
import type { Database } from "../../db/database.ts";
import { accounts, factors, knownDevices, recoveryCodes, webauthnChallenges } from "../../db/schema.ts";
import { passkeyConsumption } from "../passkeys/consumption-statements.ts";
import type { When } from "./consumption-statements.ts";
import { recoveryCodeConsumption } from "./recovery-codes/consumption-statements.ts";
import type { Consumption, FactorFacts, Verified } from "./second-factor.ts";
import { totpConsumption } from "./totp/consumption-statements.ts";

/**
 * What an account says about its second factor, as one column of a query over `accounts`. `deviceId`: the device whose
 * trust is read.
 */
export const factorFacts = (db: Database, deviceId: string | null) => {
  const enabled = db
    .select({
      all: sql`json_group_array(json_object('id', ${factors.id}, 'kind', ${factors.kind}, 'isSecondFactor', ${asJson(sql`${factors.isSecondFactor}`)}))`,
    })
    .from(factors)
    .where(eq(factors.accountId, accounts.id));
  const unused = db
    .select({ one: sql`1` })
    .from(recoveryCodes)
    .where(and(eq(recoveryCodes.accountId, accounts.id), isNull(recoveryCodes.usedAt)));
  const verifiedPhone = sql`CASE WHEN ${accounts.phoneVerifiedAt} IS NOT NULL THEN ${accounts.phone} END`;
  const trustedUntil = db
    .select({ trustedUntil: knownDevices.trustedUntil })
    .from(knownDevices)
    .where(and(sql`${knownDevices.id} = ${deviceId}`, eq(knownDevices.accountId, accounts.id)));
  return sql`json_object('role', ${accounts.role}, 'enabled', json(${enabled}), 'hasRecoveryCodes', ${asJson(exists(unused))}, 'verifiedPhone', ${verifiedPhone}, 'trustedUntil', ${trustedUntil}, 'resetByMailAt', ${accounts.resetByMailAt}, 'enrolmentDueAt', ${accounts.enrolmentDueAt})`
    .mapWith((text: string): FactorFacts => JSON.parse(text))
    .as("factor_facts");
};

/** A condition as a JSON value. */
const asJson = (condition: SQL) => sql`json(iif(${condition}, 'true', 'false'))`;

/**
 * Selects what the verification of an answer may depend on (`FactorState`). `subjectId`: what a WebAuthn challenge was
 * created for.
 */
export const selectFactorState = (
  db: Database,
  { accountId, subjectId, now }: { accountId: string | SQLWrapper; subjectId: string; now: number },
) => ({
  factors: db
    .select({
      id: factors.id,
      kind: factors.kind,
      secret: factors.secret,
      publicKey: factors.publicKey,
      lastStep: factors.lastStep,
      credentialId: factors.credentialId,
      signCount: factors.signCount,
      isSynced: factors.isSynced,
    })
    .from(factors)
    .where(sql`${factors.accountId} = ${accountId}`),
  recoveryCodes: db
    .select({ id: recoveryCodes.id, codeHash: recoveryCodes.codeHash })
    .from(recoveryCodes)
    .where(and(sql`${recoveryCodes.accountId} = ${accountId}`, isNull(recoveryCodes.usedAt))),
  webauthnChallenges: db
    .select({ id: webauthnChallenges.id, challenge: webauthnChallenges.challenge })
    .from(webauthnChallenges)
    .where(
      and(
        sql`${webauthnChallenges.accountId} = ${accountId}`,
        eq(webauthnChallenges.subjectId, subjectId),
        isNull(webauthnChallenges.claim),
        gt(webauthnChallenges.expiresAt, now),
      ),
    ),
});

const isUnused = (db: Database, accountId: string, consumption: Consumption, now: number) => {
  switch (consumption.of) {
    case "totp":
      return totpConsumption.isUnused(db, accountId, consumption, now);
    case "recovery_code":
      return recoveryCodeConsumption.isUnused(db, accountId, consumption, now);
    case "passkey":
      return passkeyConsumption.isUnused(db, accountId, consumption, now);
  }
};

const consume = (db: Database, accountId: string, consumption: Consumption, when: When) => {
  switch (consumption.of) {
    case "totp":
      return totpConsumption.consume(db, accountId, consumption, when);
    case "recovery_code":
      return recoveryCodeConsumption.consume(db, accountId, consumption, when);
    case "passkey":
      return passkeyConsumption.consume(db, accountId, consumption, when);
  }
};

/** Whether the factor that verified an answer still exists, and what the verification used is still unused. */
export const isStillVerified = (
  db: Database,
  accountId: string,
  { factorId, consumes }: Verified,
  now: number,
): SQL | undefined =>
  and(
    factorId === null
      ? undefined
      : exists(
          db
            .select({ one: sql`1` })
            .from(factors)
            .where(and(eq(factors.id, factorId), eq(factors.accountId, accountId))),
        ),
    consumes === null ? undefined : isUnused(db, accountId, consumes, now),
  );

/** Uses what a verification needs only once, if `where` holds. After the statement whose condition is `isStillVerified`. */
export const consumeVerified = (db: Database, accountId: string, { consumes }: Verified, when: When) =>
  consumes === null ? [] : consume(db, accountId, consumes, when);

type NewFactor = Pick<typeof factors.$inferSelect, "id" | "accountId" | "kind" | "createdAt"> &
  Partial<typeof factors.$inferSelect>;

/** The row of a new factor. An absent column is null; a factor is a second factor unless it says otherwise. */
export const newFactorRow = (factor: NewFactor): typeof factors.$inferSelect => ({
  label: null,
  secret: null,
  publicKey: null,
  lastUsedAt: null,
  isSecondFactor: true,
  lastStep: null,
  credentialId: null,
  signCount: null,
  transports: null,
  aaguid: null,
  isSynced: null,
  ...factor,
});
