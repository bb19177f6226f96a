import { accountNotAllowedReason } from "../rules.ts";
import type { EmailTrust } from "./providers/provider.ts";
import type { CandidateAccount, LinkFacts, SignInFacts } from "./sign-in-facts.ts";
import type { SocialFailure } from "./social-failure.ts";

type Refusal = Extract<
  SocialFailure["reason"],
  "address_unverified" | "address_in_use" | "email_not_verified" | "account_deactivated" | "provider_linked"
>;

type LinkRefusal = Extract<
  SocialFailure["reason"],
  "identity_taken" | "provider_linked" | "reauthentication_expired"
>;

export type SocialDecision =
  /** A person who was here before, or whose address both sides have proven. */
  | { readonly kind: "sign_in" | "link_by_address" | "take_over"; readonly candidate: CandidateAccount }
  | { readonly kind: "create" }
  | { readonly kind: "refuse"; readonly reason: Refusal };

export type LinkDecision =
  | { readonly kind: "link"; readonly accountId: string }
  | { readonly kind: "already_linked" }
  | { readonly kind: "refuse"; readonly reason: LinkRefusal };

type Claim = {
  /** What the provider says of an address that can be one. */
  readonly emailTrust: EmailTrust;
  /** That address, or null. */
  readonly address: string | null;
};

/**
 * What a proven identity means. It is (provider, subject); an address joins it to an account only
 * where provider and account have both proven it, and takes an account over that nobody has proven. One
 * that is only implied to be proven is good for an account of its own, where nobody has that address.
 */
export function judgeSocial({ byIdentity, byAddress }: SignInFacts, claim: Claim): SocialDecision {
  if (byIdentity) {
    const reason = accountNotAllowedReason(byIdentity.account);
    return reason ? { kind: "refuse", reason } : { kind: "sign_in", candidate: byIdentity };
  }
  if (claim.emailTrust === "unverified") return { kind: "refuse", reason: "address_unverified" };
  if (!byAddress) return { kind: "create" };
  const isProof = claim.emailTrust === "verified" && isSameMailbox(claim.address, byAddress.account.email);
  if (!isProof) return { kind: "refuse", reason: "address_in_use" };
  if (byAddress.account.status === "deactivated") return { kind: "refuse", reason: "account_deactivated" };
  if (byAddress.account.emailVerifiedAt === null) return { kind: "take_over", candidate: byAddress };
  if (byAddress.hasProvider) return { kind: "refuse", reason: "provider_linked" };
  return { kind: "link_by_address", candidate: byAddress };
}

/** Addresses that fold to one are one account; what a provider proved is the mailbox as it is written. */
const isSameMailbox = (proven: string | null, stored: string): boolean =>
  proven?.toLowerCase() === stored.toLowerCase();

/** What becomes of an identity that an account's owner has asked for. */
export function judgeLink({ byIdentity, byProof }: LinkFacts): LinkDecision {
  if (!byProof) return { kind: "refuse", reason: "reauthentication_expired" };
  if (byIdentity?.accountId === byProof.accountId) return { kind: "already_linked" };
  if (byIdentity) return { kind: "refuse", reason: "identity_taken" };
  if (byProof.hasProvider) return { kind: "refuse", reason: "provider_linked" };
  return { kind: "link", accountId: byProof.accountId };
}

/** Whether a new account's address is proven well enough to be whom BOOTSTRAP_SUPERUSER_EMAIL names. */
export const mayBootstrap = (emailTrust: EmailTrust): boolean => emailTrust === "verified";

/** Characters of a name (contract §2). */
const MAX_NAME_LENGTH = 64;

/** A name that a provider's user chose, made fit for a line of text; null when nothing is left. */
export function cleanName(name: string | null): string | null {
  const line = (name ?? "").toWellFormed().replace(/[\p{Cc}\p{Cf}\u2028\u2029\s]+/gu, " ");
  const cut = [...line.trim()].slice(0, MAX_NAME_LENGTH).join("").trim();
  return cut === "" ? null : cut;
}
