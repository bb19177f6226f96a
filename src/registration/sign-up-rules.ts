import { type DeliverySettings, domainOf, type EmailAddress, isDeliverable } from "../core/email-address.ts";
import type { SignUpSettings } from "./sign-up-settings.ts";

export type SignUpRefusal =
  | "sign_up_closed"
  | "domain_not_allowed"
  | "disposable_address"
  | "address_undeliverable";

export type SignUpRules = DeliverySettings & {
  readonly signUp: SignUpSettings;
  /** The key of BOOTSTRAP_SUPERUSER_EMAIL, or null. */
  readonly bootstrapSuperuser: string | null;
};

/** Domains in ASCII. */
export type DisposableDomains = Pick<ReadonlySet<string>, "has">;

/**
 * Why no account may be created for an address, or null. It depends on the configuration and the address alone, so it
 * reveals nothing about accounts. `checkSignUp` reads the list of disposable domains. Invitations do not ask this rule.
 * The policy always allows BOOTSTRAP_SUPERUSER_EMAIL: a closed deployment gets its first superuser that way.
 */
export function signUpRefusal(
  { signUp, bootstrapSuperuser, mailCarriesUnicode }: SignUpRules,
  email: EmailAddress,
  disposableDomains: DisposableDomains,
): SignUpRefusal | null {
  if (!isDeliverable(email, { mailCarriesUnicode })) return "address_undeliverable";
  if (bootstrapSuperuser !== null && email.key === bootstrapSuperuser) return null;
  if (signUp.policy !== "open") return "sign_up_closed";
  const domain = domainOf(email);
  if (signUp.domains.length > 0 && !signUp.domains.includes(domain)) return "domain_not_allowed";
  return signUp.refusesDisposable && isDisposable(domain, disposableDomains) ? "disposable_address" : null;
}

/** Whether any account can be created with this configuration, so that pages lead to the sign-up page. */
export const isSignUpOpen = ({ signUp }: Pick<SignUpRules, "signUp">): boolean => signUp.policy === "open";

/**
 * Whether the sign-up page has its form. On a closed deployment only the future superuser needs it, while
 * BOOTSTRAP_SUPERUSER_EMAIL is set.
 */
export const hasSignUpForm = (rules: Pick<SignUpRules, "signUp" | "bootstrapSuperuser">): boolean =>
  isSignUpOpen(rules) || rules.bootstrapSuperuser !== null;

/** The providers of disposable addresses accept mail for every subdomain of their domains. */
function isDisposable(domain: string, list: DisposableDomains): boolean {
  const labels = domain.split(".");
  return labels.some((_, start) => list.has(labels.slice(start).join(".")));
}
