import type { Account } from "../../accounts/account.ts";
import type { PresentedDevices } from "../known-devices/device-token.ts";
import { accountNotAllowedReason } from "../rules.ts";
import type { FactorFacts } from "../second-factor/second-factor.ts";
import type { SocialFailure } from "./errors.ts";
import type { EmailTrust } from "./providers/provider.ts";

/** An account that a verified identity may sign in to. */
export type CandidateAccount = PresentedDevices & {
  readonly account: Account;
  readonly factorFacts: FactorFacts;
  /** Whether an identity of the same provider is linked to it. */
  readonly hasProvider: boolean;
  /** Whether it has an open invitation, which only its link answers. */
  readonly isInvited: boolean;
};

/** The accounts that a sign-in finds; null where there is none. */
export type SignInFacts = {
  readonly byIdentity: CandidateAccount | null;
  /** The account with the provider's address, if the provider vouches for that address. */
  readonly byAddress: CandidateAccount | null;
  /** The use of the presented ID token; null if it has not been used. */
  readonly idTokenClaim: string | null;
};

/** The accounts that a request for a link finds; null where there is none. */
export type LinkFacts = {
  readonly byIdentity: { readonly accountId: string } | null;
  readonly idTokenClaim: string | null;
  /** The account of the reauthentication, while that holds. */
  readonly byProof: { readonly accountId: string; readonly hasProvider: boolean } | null;
};

type SignInRefusal = Extract<
  SocialFailure["reason"],
  | "address_unverified"
  | "address_in_use"
  | "email_not_verified"
  | "account_deactivated"
  | "invitation_open"
  | "provider_linked"
>;

type LinkRefusal = Extract<
  SocialFailure["reason"],
  "identity_taken" | "provider_linked" | "reauthentication_expired"
>;

export type SignInDecision =
  | {
      readonly kind: "sign_in" | "link_by_address" | "claim" | "take_over";
      readonly candidate: CandidateAccount;
    }
  | { readonly kind: "create" }
  | { readonly kind: "refuse"; readonly reason: SignInRefusal };

export type LinkDecision =
  | { readonly kind: "link"; readonly accountId: string }
  | { readonly kind: "already_linked" }
  | { readonly kind: "refuse"; readonly reason: LinkRefusal };

type EmailClaim = {
  readonly emailTrust: EmailTrust;
  /** A well-formed address, or null. */
  readonly address: string | null;
};

/**
 * Decides which account a verified identity signs in to. The key is (provider, subject). An address links the identity
 * to an account only if provider and account have both verified it. It takes over an unproven registration, and claims an
 * account whose address a provider had only implied; neither if the account is invited or has a role above `user`. An
 * implied address (`EmailTrust`) only creates an account, where none has that address.
 */
export function judgeSignIn(
  { byIdentity, byAddress }: Omit<SignInFacts, "idTokenClaim">,
  claim: EmailClaim,
): SignInDecision {
  if (byIdentity) {
    const reason = accountNotAllowedReason(byIdentity.account);
    return reason ? { kind: "refuse", reason } : { kind: "sign_in", candidate: byIdentity };
  }
  if (claim.emailTrust === "unverified") return { kind: "refuse", reason: "address_unverified" };
  if (!byAddress) return { kind: "create" };
  if (claim.emailTrust !== "verified") return { kind: "refuse", reason: "address_in_use" };
  const { account } = byAddress;
  const isUnproven = account.emailVerifiedAt === null;
  if (!isUnproven && !isSameMailbox(claim.address, account.email)) {
    return { kind: "refuse", reason: "address_in_use" };
  }
  if (account.status === "deactivated") return { kind: "refuse", reason: "account_deactivated" };
  if (isUnproven) {
    if (byAddress.isInvited) return { kind: "refuse", reason: "invitation_open" };
    if (account.role !== "user") return { kind: "refuse", reason: "address_in_use" };
    return { kind: account.emailImplied ? "claim" : "take_over", candidate: byAddress };
  }
  if (byAddress.hasProvider) return { kind: "refuse", reason: "provider_linked" };
  return { kind: "link_by_address", candidate: byAddress };
}

/** Two spellings with one email key are one account, but the provider has verified only the mailbox as spelled. */
const isSameMailbox = (verified: string | null, stored: string): boolean =>
  verified?.toLowerCase() === stored.toLowerCase();

/** Decides whether an identity is linked to the account whose owner has reauthenticated. */
export function judgeLink({ byIdentity, byProof }: Omit<LinkFacts, "idTokenClaim">): LinkDecision {
  if (!byProof) return { kind: "refuse", reason: "reauthentication_expired" };
  if (byIdentity?.accountId === byProof.accountId) return { kind: "already_linked" };
  if (byIdentity) return { kind: "refuse", reason: "identity_taken" };
  if (byProof.hasProvider) return { kind: "refuse", reason: "provider_linked" };
  return { kind: "link", accountId: byProof.accountId };
}

/** Whether a new account with BOOTSTRAP_SUPERUSER_EMAIL becomes superuser: only if the provider has verified the address. */
export const mayBootstrap = (emailTrust: EmailTrust): boolean => emailTrust === "verified";

/** Characters of a name (contract §2). */
const MAX_NAME_LENGTH = 64;

/** A provider's display name as one line without control characters; null if nothing is left. */
export function cleanName(name: string | null): string | null {
  const line = (name ?? "").toWellFormed().replace(/[\p{Cc}\p{Cf}\u2028\u2029\s]+/gu, " ");
  const cut = [...line.trim()].slice(0, MAX_NAME_LENGTH).join("").trim();
  return cut === "" ? null : cut;
}
