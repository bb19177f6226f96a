import { type AuditDraft, draftAuditEvent } from "../audit/event.ts";
import type { Caller } from "../kernel/caller.ts";
import type { EmailAddress } from "../kernel/email-address.ts";
import { err, ok, type Result } from "../kernel/result.ts";
import type { LinkDraft } from "../one-time-links/link.ts";
import { type NewLinkDeps, newLink } from "../one-time-links/new-link.ts";
import type { MessageDraft } from "../outbox/message.ts";
import type { Outbox } from "../outbox/outbox-port.ts";
import type { Account } from "./account.ts";
import { type ConfirmationFailure, type ConfirmPasswordDeps, confirmPassword } from "./confirm-password.ts";

export type RequestEmailChangeDeps = ConfirmPasswordDeps &
  NewLinkDeps & {
    readonly links: {
      issueForNewAddress(draft: {
        accountId: string;
        checkedHash: string;
        newEmail: EmailAddress;
        link: LinkDraft;
        mail: MessageDraft;
        noticeToOldAddress: MessageDraft;
        audit: AuditDraft;
      }): Promise<"asked" | "changed_meanwhile">;
    };
    readonly messages: Outbox;
  };

type Request = {
  readonly account: Account;
  readonly newEmail: EmailAddress;
  readonly password: string;
  readonly caller: Caller;
};

/**
 * Mails the new address a link and the old one a notice; nothing changes until the link is used. An
 * address that another account has gets no mail, and the caller the same answer.
 */
export async function requestEmailChange(
  deps: RequestEmailChangeDeps,
  input: Request,
): Promise<Result<void, ConfirmationFailure>> {
  const { account, newEmail, caller } = input;
  const confirmed = await confirmPassword(deps, account, input.password);
  if (!confirmed.ok) return confirmed;
  const { link, url } = await newLink(deps, "change_email");
  const { expiresAt } = link;
  const mail = await deps.messages.draft(
    { kind: "confirm_new_email", url },
    { expiresAt, to: newEmail.address },
  );
  const notice = await deps.messages.draft(
    { kind: "email_change_requested" },
    { expiresAt, to: account.email },
  );
  const outcome = await deps.links.issueForNewAddress({
    accountId: account.id,
    checkedHash: confirmed.value.checkedHash,
    newEmail,
    link,
    mail,
    noticeToOldAddress: notice,
    audit: draftAuditEvent(deps, { type: "email_change_requested" }, caller, account.id),
  });
  if (outcome === "changed_meanwhile") return err({ reason: "wrong_password" });
  deps.messages.deliverSoon([mail.id, notice.id]);
  return ok(undefined);
}
