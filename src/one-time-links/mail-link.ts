import type { AuditDraft } from "../audit/event.ts";
import type { EmailAddress } from "../kernel/email-address.ts";
import type { MessageDraft } from "../outbox/message.ts";
import type { Outbox } from "../outbox/outbox-port.ts";
import type { LinkDraft } from "./link.ts";
import { type NewLinkDeps, newLink } from "./new-link.ts";

export type MailLinkDeps = NewLinkDeps & {
  readonly links: {
    issueByAddress(draft: {
      emailKey: string;
      link: LinkDraft;
      mail: MessageDraft;
      audit: AuditDraft | null;
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
  readonly audit: AuditDraft | null;
};

/**
 * Mails a fresh link to whoever has the address, and voids the earlier ones of its purpose. The work
 * is the same for an address that nobody has, and nothing comes back that could tell.
 */
export async function mailLink(deps: MailLinkDeps, request: Request): Promise<void> {
  const { email, purpose, unverifiedOnly, audit } = request;
  const { link, url } = await newLink(deps, purpose);
  const mail = await deps.messages.draft({ kind: purpose, url }, { expiresAt: link.expiresAt });
  await deps.links.issueByAddress({ emailKey: email.key, link, mail, audit, unverifiedOnly });
  deps.messages.deliverSoon([mail.id]);
}
