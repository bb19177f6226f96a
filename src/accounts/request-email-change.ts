import { newAuditEvent } from "../admin/audit-log/audit-event.ts";
import {
  type ConfirmationFailure,
  type ConfirmPasswordDeps,
  confirmPassword,
} from "../authentication/reauthentication/confirm-password.ts";
import type { Caller } from "../core/caller.ts";
import type { EmailAddress } from "../core/email-address.ts";
import { err, ok, type Result } from "../core/result.ts";
import type { Outbox } from "../messaging/outbox/outbox-port.ts";
import type { EmailTokenForNewAddress } from "../registration/email-tokens/email-token.ts";
import { type NewEmailTokenDeps, newEmailToken } from "../registration/email-tokens/new-email-token.ts";
import type { Account } from "./account.ts";

export type RequestEmailChangeDeps = ConfirmPasswordDeps &
  NewEmailTokenDeps & {
    readonly emailTokens: {
      issueForNewAddress(issue: EmailTokenForNewAddress): Promise<"issued" | "changed_meanwhile">;
    };
    readonly messages: Outbox;
  };

type RequestEmailChangeInput = {
  readonly account: Account;
  readonly newEmail: EmailAddress;
  readonly password: string;
  readonly caller: Caller;
};

/**
 * Mails a token to the new address and a notice to the old one. The address changes when the token is
 * consumed. An address of another account gets no mail; the result is the same.
 */
export async function requestEmailChange(
  deps: RequestEmailChangeDeps,
  input: RequestEmailChangeInput,
): Promise<Result<void, ConfirmationFailure>> {
  const { account, newEmail, caller } = input;
  const confirmed = await confirmPassword(deps, account, input.password);
  if (!confirmed.ok) return confirmed;
  const { emailToken, url } = await newEmailToken(deps, "change_email");
  const { expiresAt } = emailToken;
  const mail = await deps.messages.draft(
    { kind: "confirm_new_email", url },
    { expiresAt, to: newEmail.address },
  );
  const notice = await deps.messages.draft(
    { kind: "email_change_requested" },
    { expiresAt, to: account.email },
  );
  const outcome = await deps.emailTokens.issueForNewAddress({
    accountId: account.id,
    checkedHash: confirmed.value.checkedHash,
    newEmail,
    emailToken,
    mail,
    noticeToOldAddress: notice,
    audit: newAuditEvent(deps, { type: "email_change_requested" }, caller, account.id),
  });
  if (outcome === "changed_meanwhile") return err({ reason: "wrong_password" });
  deps.messages.deliverSoon([mail.id, notice.id]);
  return ok(undefined);
}
