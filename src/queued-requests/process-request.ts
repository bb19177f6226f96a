import {
  resendEmailCode,
  type SendEmailCodeDeps,
  sendEmailCode,
} from "../authentication/email-code/send-email-code.ts";
import {
  type SendLockoutNoticeDeps,
  sendLockoutNotice,
} from "../authentication/password/send-lockout-notice.ts";
import { type SendNewCodeDeps, sendNewCode } from "../authentication/second-factor/send-new-code.ts";
import { type CreateAccountDeps, createAccount } from "../registration/create-account.ts";
import { type SendEmailTokenDeps, sendEmailToken } from "../registration/email-tokens/send-email-token.ts";
import type { QueuedRequest } from "./queued-request.ts";

export type ProcessRequestDeps = SendEmailTokenDeps &
  SendEmailCodeDeps &
  SendNewCodeDeps &
  SendLockoutNoticeDeps &
  CreateAccountDeps;

/** Performs a queued request and deletes its row. Does nothing if another call has done so. */
export function processRequest(
  deps: ProcessRequestDeps,
  requestId: string,
  request: QueuedRequest,
): Promise<void> {
  switch (request.kind) {
    case "email_token":
      return sendEmailToken(deps, { ...request, requestId });
    case "email_code":
      return sendEmailCode(deps, { ...request, requestId });
    case "email_code_resend":
      return resendEmailCode(deps, { ...request, requestId });
    case "new_code":
      return sendNewCode(deps, { ...request, requestId });
    case "lockout_notice":
      return sendLockoutNotice(deps, { ...request, requestId });
    case "registration":
      return createAccount(deps, { ...request, requestId });
  }
}
