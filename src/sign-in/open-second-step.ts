import { secondsUntil } from "../account-lock/rules.ts";
import { CHALLENGE_LIFE, type ChallengeDraft } from "../challenges/challenge.ts";
import { newCode } from "../challenges/new-code.ts";
import { type Clock, HOUR, SECOND } from "../kernel/clock.ts";
import type { SecretRing } from "../kernel/crypto/secret-ring.ts";
import { newId } from "../kernel/ids.ts";
import { err, ok, type Result } from "../kernel/result.ts";
import type { MessageDraft } from "../outbox/message.ts";
import type { Outbox } from "../outbox/outbox-port.ts";
import { amrOf, type FirstStep } from "./first-step.ts";
import type { SecondStepDue, SignInFailure } from "./outcome.ts";
import type { ProvenPerson } from "./proven.ts";

export type OpenSecondStepDeps = {
  readonly secrets: SecretRing;
  readonly clock: Clock;
  readonly logins: {
    openChallenge(draft: {
      step: FirstStep;
      challenge: ChallengeDraft;
      mail: MessageDraft;
    }): Promise<
      | { kind: "opened" }
      | { kind: "send_cap" }
      | { kind: "locked"; until: number }
      | { kind: "changed_meanwhile" }
    >;
  };
  readonly messages: Outbox;
};

/** Mails a code, and gives nothing but the name of the challenge that it answers (ASVS 2.3.1). */
export async function openSecondStep(
  deps: OpenSecondStepDeps,
  person: ProvenPerson,
): Promise<Result<SecondStepDue, SignInFailure>> {
  const { step, device } = person;
  const now = deps.clock.now();
  const expiresAt = now + CHALLENGE_LIFE;
  const id = newId();
  const { code, codeHash } = await newCode(deps, id);
  const mail = await deps.messages.draft({ kind: "login_code", code }, { expiresAt });
  const outcome = await deps.logins.openChallenge({
    step,
    mail,
    challenge: {
      id,
      purpose: "login",
      phone: null,
      amr: amrOf(step),
      codeHash,
      lockKey: step.lockKey,
      newDevice: device === null,
      createdAt: now,
      expiresAt,
    },
  });
  if (outcome.kind === "changed_meanwhile") return err({ reason: "changed_meanwhile" });
  if (outcome.kind === "send_cap") return err({ reason: "send_cap", retryAfter: HOUR / SECOND });
  if (outcome.kind === "locked") {
    return err({ reason: "locked", retryAfter: secondsUntil(outcome.until, now) });
  }
  deps.messages.deliverSoon([mail.id]);
  return ok({ kind: "second_step", challengeId: id, expiresIn: CHALLENGE_LIFE / SECOND });
}
