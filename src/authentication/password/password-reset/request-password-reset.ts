import { newAuditEvent } from "../../../admin/audit-log/audit-event.ts";
import type { CaptchaCheck, CaptchaRefusal } from "../../../captcha/require-captcha.ts";
import type { Caller } from "../../../core/caller.ts";
import type { Clock } from "../../../core/clock.ts";
import type { EmailAddress } from "../../../core/email-address.ts";
import { err, type Result } from "../../../core/result.ts";
import type { AddressRefusal, ClientRefusal, QueueRequest } from "../../../queued-requests/queue-request.ts";

export type RequestPasswordResetDeps = {
  readonly clock: Clock;
  readonly captcha: CaptchaCheck;
  readonly queueRequest: QueueRequest;
};

type PasswordResetRequest = {
  readonly email: EmailAddress;
  readonly captchaToken?: string;
  readonly caller: Caller;
};

/** Mails a reset link if the address has an account. The result does not reveal whether it has one. */
export async function requestPasswordReset(
  deps: RequestPasswordResetDeps,
  input: PasswordResetRequest,
): Promise<Result<void, { readonly reason: CaptchaRefusal } | AddressRefusal | ClientRefusal>> {
  const { email, captchaToken: token, caller } = input;
  const captchaOutcome = await deps.captcha.require({
    token,
    action: "forgot",
    ip: caller.ip,
    required: true,
  });
  if (captchaOutcome !== "passed") return err({ reason: captchaOutcome });
  const audit = newAuditEvent(deps, { type: "password_reset_requested" }, caller);
  return deps.queueRequest(
    { kind: "email_token", email, purpose: "reset_password", unverifiedOnly: false, audit },
    caller.ip,
  );
}
