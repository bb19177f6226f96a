import { type NewAuditEvent, newAuditEvent } from "../admin/audit-log/audit-event.ts";
import {
  type ConfirmationFailure,
  type ConfirmPasswordDeps,
  confirmPassword,
} from "../authentication/reauthentication/confirm-password.ts";
import type { Caller } from "../core/caller.ts";
import type { EmailAddress } from "../core/email-address.ts";
import { err, ok, type Result } from "../core/result.ts";
import type { NewMessage } from "../messaging/outbox/message.ts";
import type { Outbox } from "../messaging/outbox/outbox-port.ts";
import type { NewEmailToken } from "../registration/email-tokens/email-token.ts";
import { type NewEmailTokenDeps, newEmailToken } from "../registration/email-tokens/new-email-token.ts";
import type { Account } from "./account.ts";

export type RequestEmailChangeDeps = ConfirmPasswordDeps &
  NewEmailTokenDeps & {
    readonly links: {
      issueForNewAddress(draft: {
        accountId: string;
        checkedHash: string;
        newEmail: EmailAddress;
        link: NewEmailToken;
        mail: NewMessage;
        noticeToOldAddress: NewMessage;
        audit: NewAuditEvent;
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
  const { link, url } = await newEmailToken(deps, "change_email");
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
    audit: newAuditEvent(deps, { type: "email_change_requested" }, caller, account.id),
  });
  if (outcome === "changed_meanwhile") return err({ reason: "wrong_password" });
  deps.messages.deliverSoon([mail.id, notice.id]);
  return ok(undefined);
}
