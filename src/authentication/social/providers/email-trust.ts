import { domainOf, parseEmailAddress } from "../../../core/email-address.ts";
import type { EmailAuthority } from "./client-settings.ts";
import type { EmailTrust } from "./provider.ts";

/** What a provider says about its user's address. `unstated`: it has no claim for it, or omits the claim. */
export type EmailClaim = {
  readonly email: unknown;
  readonly verified: boolean | "unstated";
  /** Whether the provider knows the current owner of a verified address. */
  readonly isAuthoritative?: boolean;
};

/**
 * The trust in an address: what the provider says, and at most what the operator allows. `email_verified: false` is
 * never overruled (OpenID Connect Core 1.0 §5.1). An omitted claim counts only if the operator has set the trust, since
 * a provider may omit it for addresses that the user may enter freely.
 */
export function emailTrustOf(
  { trust, domains, isConfigured }: EmailAuthority,
  { email, verified, isAuthoritative = true }: EmailClaim,
): EmailTrust {
  if (verified === false || trust === "none") return "unverified";
  if (verified === "unstated" && !isConfigured) return "unverified";
  const isVerified = trust === "verified" && isAuthoritative && isInDomains(email, domains);
  return isVerified ? "verified" : "implied";
}

function isInDomains(email: unknown, domains: readonly string[]): boolean {
  if (domains.length === 0) return true;
  const parsed = typeof email === "string" ? parseEmailAddress(email) : null;
  return parsed?.ok === true && domains.includes(domainOf(parsed.value));
}
