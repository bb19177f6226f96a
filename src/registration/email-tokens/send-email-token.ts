import type { NewAuditEvent } from "../../admin/audit-log/audit-event.ts";
import type { EmailAddress } from "../../core/email-address.ts";
import type { NewMessage } from "../../messaging/outbox/message.ts";
import type { Outbox } from "../../messaging/outbox/outbox-port.ts";
import type { NewEmailToken } from "./email-token.ts";
import { type NewEmailTokenDeps, newEmailToken } from "./new-email-token.ts";

export type SendEmailTokenDeps = NewEmailTokenDeps & {
  readonly links: {
    issueByAddress(draft: {
      emailKey: string;
      link: NewEmailToken;
      mail: NewMessage;
      audit: NewAuditEvent | null;
      unverifiedOnly: boolean;
    }): Promise<void>;
  };
  readonly messages: Outbox;
};

type Request = {
  readonly email: EmailAddress;
  /** Also the kind of the mail that carries the link. */
  readonly purpose: "verify_email" | "reset_password";
  /** Only to an address that has not been proven yet. */
  readonly unverifiedOnly: boolean;
  readonly audit: NewAuditEvent | null;
};

/**
 * Mails a fresh link to whoever has the address, and voids the earlier ones of its purpose. The work
 * is the same for an address that nobody has, and nothing comes back that could tell.
 */
export async function sendEmailToken(deps: SendEmailTokenDeps, request: Request): Promise<void> {
  const { email, purpose, unverifiedOnly, audit } = request;
  const { link, url } = await newEmailToken(deps, purpose);
  const mail = await deps.messages.draft({ kind: purpose, url }, { expiresAt: link.expiresAt });
  await deps.links.issueByAddress({ emailKey: email.key, link, mail, audit, unverifiedOnly });
  deps.messages.deliverSoon([mail.id]);
}
