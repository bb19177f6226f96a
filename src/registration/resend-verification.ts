import type { EmailAddress } from "../core/email-address.ts";
import { type SendEmailTokenDeps, sendEmailToken } from "./email-tokens/send-email-token.ts";

/** Mails a new verification token to an unverified account. The result reveals nothing about the address. */
export const resendVerification = (
  deps: SendEmailTokenDeps,
  input: { readonly email: EmailAddress },
): Promise<void> =>
  sendEmailToken(deps, { email: input.email, purpose: "verify_email", unverifiedOnly: true, audit: null });
