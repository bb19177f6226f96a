import { CHALLENGE_LIFE } from "../challenges/challenge.ts";
import { newCode } from "../challenges/new-code.ts";
import type { Clock } from "../kernel/clock.ts";
import type { SecretRing } from "../kernel/crypto/secret-ring.ts";
import type { MessageDraft } from "../outbox/message.ts";
import type { Outbox } from "../outbox/outbox-port.ts";

export type ResendCodeDeps = {
  readonly secrets: SecretRing;
  readonly clock: Clock;
  readonly challenges: {
    resend(draft: {
      challengeId: string;
      codeHash: string;
      expiresAt: number;
      mail: MessageDraft;
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
  const expiresAt = now + CHALLENGE_LIFE;
  const { code, codeHash } = await newCode(deps, challengeId);
  const mail = await deps.messages.draft({ kind: "login_code", code }, { expiresAt });
  await deps.challenges.resend({ challengeId, codeHash, expiresAt, mail, now });
  deps.messages.deliverSoon([mail.id]);
}
