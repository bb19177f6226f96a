import type { Clock } from "../../core/clock.ts";
import type { SecretRing } from "../../core/crypto/secret-ring.ts";
import type { Outbox } from "../../messaging/outbox/outbox-port.ts";
import { newCode } from "../one-time-codes/new-code.ts";
import { type OneTimeCodeResend, OTP_TTL_MS } from "../one-time-codes/one-time-code.ts";

export type ResendCodeDeps = {
  readonly secrets: SecretRing;
  readonly clock: Clock;
  readonly oneTimeCodes: { resend(resend: OneTimeCodeResend): Promise<void> };
  readonly messages: Outbox;
};

/**
 * Mails a new code for a live challenge, at most once a minute, and voids the earlier code. The result does
 * not reveal whether the challenge exists.
 */
export async function resendCode(
  deps: ResendCodeDeps,
  input: { readonly challengeId: string },
): Promise<void> {
  const { challengeId } = input;
  const now = deps.clock.now();
  const expiresAt = now + OTP_TTL_MS;
  const { code, codeHash } = await newCode(deps, challengeId);
  const mail = await deps.messages.create({ kind: "login_code", code }, { expiresAt });
  await deps.oneTimeCodes.resend({ challengeId, codeHash, expiresAt, mail, now });
  deps.messages.deliverSoon([mail.id]);
}
