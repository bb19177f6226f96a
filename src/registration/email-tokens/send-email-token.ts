import type { NewAuditEvent } from "../../admin/audit-log/audit-event.ts";
import type { EmailAddress } from "../../core/email-address.ts";
import type { Outbox } from "../../messaging/outbox/outbox-port.ts";
import { type NewEmailTokenDeps, newEmailToken } from "./new-email-token.ts";
import type { EmailTokenStore } from "./store.ts";

export type SendEmailTokenDeps = NewEmailTokenDeps & {
  readonly emailTokens: Pick<EmailTokenStore, "issueByAddress">;
  readonly messages: Outbox;
};

type SendEmailTokenInput = {
  readonly email: EmailAddress;
  /** Also the kind of the mail that contains the token. */
  readonly purpose: "verify_email" | "reset_password";
  /** Sends only to an unverified address. */
  readonly unverifiedOnly: boolean;
  readonly audit: NewAuditEvent | null;
};

/**
 * Mails a new token to the account of the address and voids its earlier tokens of the same purpose.
 * The work is the same for an unknown address and the result is empty, so the caller cannot
 * enumerate accounts.
 */
export async function sendEmailToken(deps: SendEmailTokenDeps, input: SendEmailTokenInput): Promise<void> {
  const { email, purpose, unverifiedOnly, audit } = input;
  const { emailToken, url } = await newEmailToken(deps, purpose);
  const mail = await deps.messages.create({ kind: purpose, url }, { expiresAt: emailToken.expiresAt });
  await deps.emailTokens.issueByAddress({ emailKey: email.key, emailToken, mail, audit, unverifiedOnly });
  deps.messages.deliverSoon([mail.id]);
}
