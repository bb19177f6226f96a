import type { Caller } from "../core/caller.ts";
import type { EmailAddress } from "../core/email-address.ts";
import type { Result } from "../core/result.ts";
import type { AddressRefusal, ClientRefusal, QueueRequest } from "../queued-requests/queue-request.ts";

export type ResendVerificationDeps = { readonly queueRequest: QueueRequest };

/** Mails a new verification token to an unverified account. The result reveals nothing about the address. */
export const resendVerification = (
  deps: ResendVerificationDeps,
  { email, caller }: { readonly email: EmailAddress; readonly caller: Caller },
): Promise<Result<void, AddressRefusal | ClientRefusal>> =>
  deps.queueRequest(
    { kind: "email_token", email, purpose: "verify_email", unverifiedOnly: true, audit: null },
    caller.ip,
  );
