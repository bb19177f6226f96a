import { and, eq, gt, inArray, isNull, sql } from "drizzle-orm";
import type { Account } from "../../accounts/account.ts";
import { accountColumns } from "../../accounts/statements.ts";
import type { NewAuditEvent } from "../../admin/audit-log/audit-event.ts";
import { countedRow, oneMore } from "../../admin/audit-log/statements.ts";
import type { Database } from "../../db/database.ts";
import { insertFrom } from "../../db/insert-select.ts";
import { runBatch } from "../../db/run-batch.ts";
import { accounts, auditEvents, factors, oneTimeCodes, webauthnChallenges } from "../../db/schema.ts";
import type { PresentedDevices } from "../known-devices/device-token.ts";
import { presentedDevices } from "../known-devices/statements.ts";
import type { FactorFacts } from "../second-factor/second-factor.ts";
import { factorFacts } from "../second-factor/statements.ts";
import { isOpenChallenge } from "./consumption-statements.ts";
import type { CredentialDescriptor, NewPasskeyChallenge } from "./passkey.ts";
import { challengeRow, readDescriptors } from "./statements.ts";

type SignInQuery = {
  /** The ids of the challenges that were issued to this client. */
  readonly challengeIds: readonly string[];
  /** The challenge that the authenticator has signed. */
  readonly challenge: string;
  readonly credentialId: string;
  /** The devices of the tokens that are presented with the passkey. */
  readonly deviceIds: readonly string[];
  readonly now: number;
};

/** The stored credential of an assertion, with its account. */
type PasskeyOwner = PresentedDevices & {
  readonly factorId: string;
  readonly publicKey: string;
  readonly signCount: number;
  readonly account: Account;
  readonly factorFacts: FactorFacts;
};

type SignInFacts = {
  /** The id of the open challenge; null if it has expired, was used, or was issued to another client. */
  readonly challengeId: string | null;
  /** Null: the service does not know the credential. */
  readonly owner: PasskeyOwner | null;
};

type RefusedAssertion = {
  readonly challengeId: string;
  /** The id of this use of the challenge. */
  readonly claim: string;
  /** The account of the credential, or the id that stands for an unknown one. */
  readonly targetId: string;
  readonly failure: NewAuditEvent;
};

/** The account of a challenge: itself, or that of the sign-in whose second factor is due. */
type ChallengeSubject =
  | { readonly purpose: "reauthentication"; readonly subjectId: string; readonly accountId: string }
  | { readonly purpose: "second_factor"; readonly subjectId: string };

export type PasskeyStore = ReturnType<typeof passkeyStore>;

export function passkeyStore(db: Database) {
  return {
    /** Stores the challenge of a sign-in, whose account the assertion will name. */
    async createSignInChallenge(challenge: NewPasskeyChallenge): Promise<void> {
      await db
        .insert(webauthnChallenges)
        .values(challengeRow(challenge, { purpose: "sign_in", accountId: null, subjectId: null }));
    },

    /**
     * Stores the challenge of a second factor or a reauthentication, and reads the passkeys of its account. An unknown
     * sign-in gets a row as well, which belongs to no account.
     */
    async createChallenge(
      challenge: NewPasskeyChallenge,
      subject: ChallengeSubject,
    ): Promise<CredentialDescriptor[]> {
      const accountId =
        subject.purpose === "reauthentication"
          ? sql`${subject.accountId}`
          : accountOfSignIn(db, subject.subjectId, challenge.createdAt);
      const { passkeys } = await runBatch(db, {
        challenge: [db.insert(webauthnChallenges).values(challengeRow(challenge, { ...subject, accountId }))],
        passkeys: db
          .select({ id: factors.credentialId, transports: factors.transports })
          .from(factors)
          .where(and(sql`${factors.accountId} = ${accountId}`, eq(factors.kind, "passkey"))),
      });
      return readDescriptors(passkeys);
    },

    /** The challenge and the credential of an assertion, in one round trip. */
    async findSignInFacts(query: SignInQuery): Promise<SignInFacts> {
      const { challengeIds, challenge, credentialId, deviceIds, now } = query;
      const { open, owners } = await runBatch(db, {
        open: db
          .select({ id: webauthnChallenges.id })
          .from(webauthnChallenges)
          .where(
            and(
              inArray(webauthnChallenges.id, [...challengeIds]),
              eq(webauthnChallenges.challenge, challenge),
              eq(webauthnChallenges.purpose, "sign_in"),
              isNull(webauthnChallenges.claim),
              gt(webauthnChallenges.expiresAt, now),
            ),
          ),
        owners: db
          .select({
            id: accounts.id,
            ...accountColumns,
            // Both tables have a column of this name, and D1 names the values of a batch by it.
            factorId: sql<string>`${factors.id}`.as("factor_id"),
            publicKey: factors.publicKey,
            signCount: factors.signCount,
            factorFacts: factorFacts(db, null),
            devicesKnownSince: accounts.devicesKnownSince,
            presentedDevices: presentedDevices(db, deviceIds),
          })
          .from(factors)
          .innerJoin(accounts, eq(accounts.id, factors.accountId))
          .where(and(eq(factors.credentialId, credentialId), eq(factors.kind, "passkey"))),
      });
      return { challengeId: open[0]?.id ?? null, owner: ownerOf(owners) };
    },

    /** Uses up the challenge of a refused assertion, and counts the failed sign-in. */
    async refuse({ challengeId, claim, targetId, failure }: RefusedAssertion): Promise<void> {
      const isClaimed = and(eq(webauthnChallenges.id, challengeId), eq(webauthnChallenges.claim, claim));
      await runBatch(db, {
        challenge: [
          db.update(webauthnChallenges).set({ claim }).where(isOpenChallenge(challengeId, failure.at)),
        ],
        failure: [
          insertFrom(
            db,
            auditEvents,
            { ...countedRow(failure, targetId) },
            webauthnChallenges,
            isClaimed,
          ).onConflictDoUpdate(oneMore(failure)),
        ],
      });
    },
  };
}

type OwnerRow = Omit<PasskeyOwner, "account" | "publicKey" | "signCount"> &
  Account & { readonly publicKey: string | null; readonly signCount: number | null };

function ownerOf([row]: readonly OwnerRow[]): PasskeyOwner | null {
  if (!row) return null;
  const { factorId, publicKey, signCount, factorFacts: facts, devicesKnownSince, ...rest } = row;
  const { presentedDevices: devices, ...account } = rest;
  if (publicKey === null) return null;
  return {
    factorId,
    publicKey,
    signCount: signCount ?? 0,
    account,
    factorFacts: facts,
    devicesKnownSince,
    presentedDevices: devices,
  };
}

/** The account of a sign-in that waits for its second factor. NULL for any other id. */
const accountOfSignIn = (db: Database, challengeId: string, now: number) =>
  sql`(${db
    .select({ id: oneTimeCodes.accountId })
    .from(oneTimeCodes)
    .where(
      and(
        eq(oneTimeCodes.id, challengeId),
        eq(oneTimeCodes.purpose, "login"),
        isNull(oneTimeCodes.consumedAt),
        gt(oneTimeCodes.expiresAt, now),
      ),
    )})`;
