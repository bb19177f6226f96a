import { draftAuditEvent } from "../audit/event.ts";
import type { Caller } from "../kernel/caller.ts";
import type { EmailAddress } from "../kernel/email-address.ts";
import { type MailLinkDeps, mailLink } from "../one-time-links/mail-link.ts";

/** Mails a reset link to whoever has the address. Tells nothing. */
export const requestReset = (
  deps: MailLinkDeps,
  input: { readonly email: EmailAddress; readonly caller: Caller },
): Promise<void> =>
  mailLink(deps, {
    email: input.email,
    purpose: "reset_password",
    unverifiedOnly: false,
    audit: draftAuditEvent(deps, { type: "password_reset_requested" }, input.caller),
  });
