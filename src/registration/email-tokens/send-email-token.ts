import type { Outbox } from "../../messaging/outbox/outbox-port.ts";
import type { EmailTokenRequest } from "../../queued-requests/queued-request.ts";
import { newDeactivatedNotice } from "../deactivated-notice.ts";
import { type NewEmailTokenDeps, newEmailToken } from "./new-email-token.ts";
import type { EmailTokenStore } from "./store.ts";

export type SendEmailTokenDeps = NewEmailTokenDeps & {
  readonly emailTokens: Pick<EmailTokenStore, "issueByAddress">;
  readonly messages: Outbox;
};

type SendEmailTokenInput = Omit<EmailTokenRequest, "kind"> & {
  /** The queued request that this call performs. */
  readonly requestId: string;
};

/**
 * Performs a queued request: mails a new token to the account of the address, if it has one and no cap forbids it. The owner
 * of a deactivated account is told that it is deactivated.
 */
export async function sendEmailToken(deps: SendEmailTokenDeps, input: SendEmailTokenInput): Promise<void> {
  const { email, purpose, unverifiedOnly, audit, requestId } = input;
  const { emailToken, url } = await newEmailToken(deps, purpose);
  const mail = await deps.messages.create({ kind: purpose, url }, { expiresAt: emailToken.expiresAt });
  const deactivatedNotice = await newDeactivatedNotice(deps, emailToken.createdAt);
  await deps.emailTokens.issueByAddress({
    requestId,
    emailKey: email.key,
    emailToken,
    mail,
    deactivatedNotice,
    audit,
    unverifiedOnly,
  });
  // The batch queued at most one of the two.
  await deps.messages.deliver([mail.id, deactivatedNotice.id]);
}
