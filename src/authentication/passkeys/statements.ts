import type { SQL } from "drizzle-orm";
import type { webauthnChallenges } from "../../db/schema.ts";
import type { CredentialDescriptor, NewPasskeyChallenge } from "./passkey.ts";

type ChallengePurpose = (typeof webauthnChallenges.$inferSelect)["purpose"];

type ChallengeOwner<AccountId> = {
  readonly purpose: ChallengePurpose;
  readonly accountId: AccountId;
  readonly subjectId: string | null;
};

export const challengeRow = <AccountId extends string | SQL | null>(
  { id, challenge, createdAt, expiresAt }: NewPasskeyChallenge,
  { purpose, accountId, subjectId }: ChallengeOwner<AccountId>,
) => ({ id, challenge, purpose, accountId, subjectId, createdAt, expiresAt, claim: null });

type StoredDescriptor = { readonly id: string | null; readonly transports: string | null };

/** The credentials of passkeys, as a browser needs them. */
export const readDescriptors = (rows: readonly StoredDescriptor[]): CredentialDescriptor[] =>
  rows.flatMap(({ id, transports }) => (id === null ? [] : [{ id, transports: readTransports(transports) }]));

function readTransports(text: string | null): string[] {
  const list: unknown = JSON.parse(text ?? "[]");
  return Array.isArray(list) ? list.filter((entry) => typeof entry === "string") : [];
}
