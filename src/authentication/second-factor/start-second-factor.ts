import { type Clock, HOUR, SECOND } from "../../core/clock.ts";
import type { SecretRing } from "../../core/crypto/secret-ring.ts";
import { newId } from "../../core/ids.ts";
import { err, ok, type Result } from "../../core/result.ts";
import type { NewMessage } from "../../messaging/outbox/message.ts";
import type { Outbox } from "../../messaging/outbox/outbox-port.ts";
import { amrOf, type FirstFactorGrant } from "../first-factor.ts";
import type { FirstFactorResult } from "../first-factor-result.ts";
import { secondsUntil } from "../lockout/rules.ts";
import { newCode } from "../one-time-codes/new-code.ts";
import { type NewOneTimeCodeChallenge, OTP_TTL_MS } from "../one-time-codes/one-time-code.ts";
import type { SecondFactorRequired, SignInFailure } from "../sign-in-outcome.ts";

export type StartSecondFactorDeps = {
  readonly secrets: SecretRing;
  readonly clock: Clock;
  readonly logins: {
    openChallenge(draft: {
      step: FirstFactorGrant;
      challenge: NewOneTimeCodeChallenge;
      mail: NewMessage;
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
export async function startSecondFactor(
  deps: StartSecondFactorDeps,
  person: FirstFactorResult,
): Promise<Result<SecondFactorRequired, SignInFailure>> {
  const { step, device } = person;
  const now = deps.clock.now();
  const expiresAt = now + OTP_TTL_MS;
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
      lockoutKey: step.lockoutKey,
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
  return ok({ kind: "second_factor_required", challengeId: id, expiresIn: OTP_TTL_MS / SECOND });
}
