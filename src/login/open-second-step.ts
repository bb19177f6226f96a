import { CHALLENGE_LIFE, type ChallengeDraft } from "../challenges/challenge.ts";
import { newCode } from "../challenges/new-code.ts";
import { type Clock, HOUR, SECOND } from "../kernel/clock.ts";
import type { SecretRing } from "../kernel/crypto/secret-ring.ts";
import { newId } from "../kernel/ids.ts";
import { err, ok, type Result } from "../kernel/result.ts";
import type { MessageDraft } from "../outbox/message.ts";
import type { Outbox } from "../outbox/outbox-port.ts";
import type { CheckedSignIn } from "./complete-login.ts";
import type { LoginFailure, SecondStepDue } from "./outcome.ts";

export type OpenSecondStepDeps = {
  readonly secrets: SecretRing;
  readonly clock: Clock;
  readonly logins: {
    openChallenge(draft: {
      accountId: string;
      checkedHash: string;
      rehash: string | null;
      lockKey: string;
      now: number;
      challenge: ChallengeDraft;
      mail: MessageDraft;
    }): Promise<"opened" | "send_cap" | "changed_meanwhile">;
  };
  readonly messages: Outbox;
};

/** Mails a code, and gives nothing but the name of the challenge that it answers (ASVS 2.3.1). */
export async function openSecondStep(
  deps: OpenSecondStepDeps,
  signIn: CheckedSignIn,
): Promise<Result<SecondStepDue, LoginFailure>> {
  const { account, checkedHash, rehash, lockKey, device } = signIn;
  const now = deps.clock.now();
  const expiresAt = now + CHALLENGE_LIFE;
  const id = newId();
  const { code, codeHash } = await newCode(deps, id);
  const mail = await deps.messages.draft({ kind: "login_code", code }, { expiresAt });
  const outcome = await deps.logins.openChallenge({
    accountId: account.id,
    checkedHash,
    rehash,
    lockKey,
    now,
    mail,
    challenge: {
      id,
      purpose: "login",
      phone: null,
      codeHash,
      lockKey,
      newDevice: device === null,
      createdAt: now,
      expiresAt,
    },
  });
  if (outcome === "changed_meanwhile") return err({ reason: "changed_meanwhile" });
  if (outcome === "send_cap") return err({ reason: "send_cap", retryAfter: HOUR / SECOND });
  deps.messages.deliverSoon([mail.id]);
  return ok({ kind: "second_step", challengeId: id, expiresIn: CHALLENGE_LIFE / SECOND });
}
