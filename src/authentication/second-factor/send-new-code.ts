import type { Clock } from "../../core/clock.ts";
import type { SecretRing } from "../../core/crypto/secret-ring.ts";
import type { Outbox } from "../../messaging/outbox/outbox-port.ts";
import { newCode } from "../one-time-codes/new-code.ts";
import { type OneTimeCodeResend, OTP_TTL_MS } from "../one-time-codes/one-time-code.ts";

export type SendNewCodeDeps = {
  readonly secrets: SecretRing;
  readonly clock: Clock;
  readonly oneTimeCodes: { resend(resend: OneTimeCodeResend): Promise<void> };
  readonly messages: Outbox;
};

/** Performs a queued request: mails a new code for a live challenge, and voids the earlier code. */
export async function sendNewCode(
  deps: SendNewCodeDeps,
  { challengeId, requestId }: { readonly challengeId: string; readonly requestId: string },
): Promise<void> {
  const now = deps.clock.now();
  const expiresAt = now + OTP_TTL_MS;
  const { code, codeHash } = await newCode(deps, challengeId);
  const mail = await deps.messages.create({ kind: "login_code", code }, { expiresAt });
  await deps.oneTimeCodes.resend({ requestId, challengeId, codeHash, expiresAt, mail, now });
  await deps.messages.deliver([mail.id]);
}
