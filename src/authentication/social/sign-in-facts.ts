import type { Account } from "../../accounts/account.ts";

/** An account that a proven identity may lead to. */
export type CandidateAccount = {
  readonly account: Account;
  /** The person's own wish for a second step. */
  readonly loginOtp: boolean;
  readonly devicesKnownSince: number;
  /** Whether it has an identity of the same provider. */
  readonly hasProvider: boolean;
};

/** What there is when somebody comes back from a provider; null where there is none. */
export type SignInFacts = {
  readonly byIdentity: CandidateAccount | null;
  /** The account under the provider's address, where the provider has verified that. */
  readonly byAddress: CandidateAccount | null;
};

/** What there is when an owner has asked for a link; null where there is none. */
export type LinkFacts = {
  readonly byIdentity: { readonly accountId: string } | null;
  /** The account that the proof is of, while that is good. */
  readonly byProof: { readonly accountId: string; readonly hasProvider: boolean } | null;
};
