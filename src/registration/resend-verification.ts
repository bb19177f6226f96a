import type { EmailAddress } from "../kernel/email-address.ts";
import { type MailLinkDeps, mailLink } from "../one-time-links/mail-link.ts";

/** Mails a fresh link to an account that has not proven its address yet. Tells nothing. */
export const resendVerification = (
  deps: MailLinkDeps,
  input: { readonly email: EmailAddress },
): Promise<void> =>
  mailLink(deps, { email: input.email, purpose: "verify_email", unverifiedOnly: true, audit: null });
