import type { Clock } from "../../core/clock.ts";
import type { SecretRing } from "../../core/crypto/secret-ring.ts";
import { hasCompatibilityCharacters, parseEmailAddress } from "../../core/email-address.ts";
import { newId } from "../../core/ids.ts";
import { LOCALES } from "../../core/locale.ts";
import type { MailChannel, Outbox } from "../../messaging/outbox/outbox-port.ts";
import { type CheckSignUpDeps, maySignUp } from "../../registration/check-sign-up.ts";
import { newDeactivatedNotice } from "../../registration/deactivated-notice.ts";
import { newCode } from "../one-time-codes/new-code.ts";
import { OTP_TTL_MS } from "../one-time-codes/one-time-code.ts";
import type { CodeMailStore, NewSignInCode } from "./code-mail-store.ts";

export type SendEmailCodeDeps = CheckSignUpDeps & {
  readonly clock: Clock;
  readonly secrets: SecretRing;
  readonly codeMails: CodeMailStore;
  readonly queuedRequests: { delete(requestId: string): Promise<void> };
  readonly messages: Outbox;
  readonly channels: MailChannel;
};

type CodeToSend = Pick<NewSignInCode, "requestId" | "id" | "email" | "locale">;

/**
 * Performs a queued request: creates the code of a challenge and mails it to the account of the address. An address
 * without an account gets a code if it may sign up, and otherwise no mail: neither the response nor a mail to a third
 * party reveals which addresses have accounts. The owner of a deactivated account is told that it is deactivated.
 */
export const sendEmailCode = (deps: SendEmailCodeDeps, code: CodeToSend): Promise<void> =>
  send(deps, { ...code, isResend: false });

/** Performs a queued request: mails a new code for a live challenge, and voids the earlier code. */
export async function resendEmailCode(
  deps: SendEmailCodeDeps,
  { requestId, id }: Pick<CodeToSend, "requestId" | "id">,
): Promise<void> {
  const found = await deps.codeMails.findLive(id, deps.clock.now());
  const email = found && parseEmailAddress(found.email);
  if (!email?.ok) return deps.queuedRequests.delete(requestId);
  return send(deps, {
    requestId,
    id,
    email: email.value,
    locale: found?.locale ?? LOCALES[0],
    isResend: true,
  });
}

async function send(
  deps: SendEmailCodeDeps,
  input: CodeToSend & { readonly isResend: boolean },
): Promise<void> {
  const { requestId, id, email, locale } = input;
  const now = deps.clock.now();
  const expiresAt = now + OTP_TTL_MS;
  const { code, codeHash } = await newCode(deps, id);
  const message = { kind: "sign_in_code", code } as const;
  const mail = await deps.messages.create(message, { expiresAt });
  const mailToTyped = await deps.messages.create(message, { expiresAt, to: email.address });
  const deactivatedNotice = await newDeactivatedNotice(deps, now);
  const { mailsDirectly } = await deps.codeMails.issue({
    ...input,
    archiveId: newId(),
    codeHash,
    expiresAt,
    mail,
    mailToTyped,
    deactivatedNotice,
    maySignUp: !hasCompatibilityCharacters(email) && (await maySignUp(deps, email)),
    now,
  });
  // The batch queued at most one of the three.
  if (!mailsDirectly) return deps.messages.deliver([mail.id, mailToTyped.id, deactivatedNotice.id]);
  const sent = await deps.channels.email({
    message: { kind: "sign_up_code", code },
    to: email.address,
    recipientName: null,
    locale,
    life: OTP_TTL_MS,
    idempotencyKey: mail.id,
  });
  // A message of the outbox belongs to an account. Without one, the cron job repeats the queued request.
  if (sent.outcome !== "retry") await deps.queuedRequests.delete(requestId);
}
