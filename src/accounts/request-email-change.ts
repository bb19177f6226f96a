import { newAuditEvent } from "../admin/audit-log/audit-event.ts";
import { secondsUntil } from "../authentication/lockout/rules.ts";
import {
  type PasswordFailure,
  type ReauthenticateDeps,
  reauthenticate,
} from "../authentication/reauthentication/reauthenticate.ts";
import type { Caller } from "../core/caller.ts";
import { type DeliverySettings, type EmailAddress, isDeliverable } from "../core/email-address.ts";
import { err, ok, type Result } from "../core/result.ts";
import type { Outbox } from "../messaging/outbox/outbox-port.ts";
import type { ClientLimits } from "../rate-limit/client-limits.ts";
import type {
  EmailTokenForNewAddress,
  EmailTokenForNewAddressOutcome,
} from "../registration/email-tokens/email-token.ts";
import { type NewEmailTokenDeps, newEmailToken } from "../registration/email-tokens/new-email-token.ts";
import type { CurrentSession } from "../sessions/session.ts";

export type RequestEmailChangeDeps = ReauthenticateDeps &
  NewEmailTokenDeps & {
    readonly settings: DeliverySettings;
    readonly emailTokens: {
      issueForNewAddress(issue: EmailTokenForNewAddress): Promise<EmailTokenForNewAddressOutcome>;
    };
    readonly clientLimits: ClientLimits;
    readonly messages: Outbox;
  };

type RequestEmailChangeInput = {
  readonly session: CurrentSession;
  readonly newEmail: EmailAddress;
  readonly password: string;
  readonly caller: Caller;
};

/** `send_cap`: too many mails to this address, from this account, or from this client. `retryAfter` in seconds. */
export type RequestEmailChangeFailure =
  | PasswordFailure
  | { readonly reason: "factor_removal_pending" }
  | { readonly reason: "address_undeliverable" }
  | { readonly reason: "send_cap"; readonly retryAfter: number };

/**
 * Mails a token to the new address and a notice to the old one, unless a removal of all factors is pending, whose notices
 * go to the old one. The address changes when the token is
 * consumed. An address that another account holds gets a notice instead of the token; the result is the same.
 */
export async function requestEmailChange(
  deps: RequestEmailChangeDeps,
  input: RequestEmailChangeInput,
): Promise<Result<void, RequestEmailChangeFailure>> {
  const { session, newEmail, caller } = input;
  const { account } = session;
  if (!isDeliverable(newEmail, deps.settings)) return err({ reason: "address_undeliverable" });
  const proof = await reauthenticate(deps, { session, method: "password", password: input.password });
  if (!proof.ok) return proof;
  const { emailToken, url } = await newEmailToken(deps, "change_email");
  const { expiresAt } = emailToken;
  const mail = await deps.messages.create(
    { kind: "confirm_new_email", url, account: account.email },
    { expiresAt, to: newEmail.address },
  );
  const noticeToHolder = await deps.messages.create(
    { kind: "new_email_taken" },
    { expiresAt, to: newEmail.address },
  );
  const notice = await deps.messages.create(
    { kind: "email_change_requested" },
    { expiresAt, to: account.email },
  );
  const outcome = await deps.emailTokens.issueForNewAddress({
    accountId: account.id,
    checkedHash: proof.value.checkedHash,
    newEmail,
    emailToken,
    mail,
    noticeToHolder: { ...noticeToHolder, kind: mail.kind },
    noticeToOldAddress: notice,
    clientLimits: await deps.clientLimits("mail", caller.ip),
    audit: newAuditEvent(deps, { type: "email_change_requested" }, caller, account.id),
  });
  if (outcome.kind === "changed_meanwhile") return err({ reason: "wrong_password" });
  if (outcome.kind === "factor_removal_pending") return err({ reason: "factor_removal_pending" });
  if (outcome.kind === "send_cap") {
    const retryAfter = secondsUntil(outcome.retryAt, emailToken.createdAt);
    return err({ reason: "send_cap", retryAfter });
  }
  // The store queued one of the first two.
  deps.messages.deliverSoon([mail.id, noticeToHolder.id, notice.id]);
  return ok(undefined);
}
