import type { Clock } from "../../core/clock.ts";
import type { SecretRing } from "../../core/crypto/secret-ring.ts";
import type { NewMessage } from "../../messaging/outbox/message.ts";
import type { Outbox } from "../../messaging/outbox/outbox-port.ts";
import { newCode } from "../one-time-codes/new-code.ts";
import { OTP_TTL_MS } from "../one-time-codes/one-time-code.ts";

export type ResendCodeDeps = {
  readonly secrets: SecretRing;
  readonly clock: Clock;
  readonly oneTimeCodes: {
    resend(draft: {
      challengeId: string;
      codeHash: string;
      expiresAt: number;
      mail: NewMessage;
      now: number;
    }): Promise<void>;
  };
  readonly messages: Outbox;
};

/** Mails a new code for a live challenge, once a minute; the earlier code is void then. Tells nothing. */
export async function resendCode(
  deps: ResendCodeDeps,
  input: { readonly challengeId: string },
): Promise<void> {
  const { challengeId } = input;
  const now = deps.clock.now();
  const expiresAt = now + OTP_TTL_MS;
  const { code, codeHash } = await newCode(deps, challengeId);
  const mail = await deps.messages.draft({ kind: "login_code", code }, { expiresAt });
  await deps.oneTimeCodes.resend({ challengeId, codeHash, expiresAt, mail, now });
  deps.messages.deliverSoon([mail.id]);
}
