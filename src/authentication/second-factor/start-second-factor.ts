import { type Clock, HOUR, SECOND } from "../../core/clock.ts";
import type { SecretRing } from "../../core/crypto/secret-ring.ts";
import { newId } from "../../core/ids.ts";
import { err, ok, type Result } from "../../core/result.ts";
import type { Outbox } from "../../messaging/outbox/outbox-port.ts";
import { amrOf } from "../first-factor.ts";
import type { FirstFactorResult } from "../first-factor-result.ts";
import { secondsUntil } from "../lockout/rules.ts";
import { newCode } from "../one-time-codes/new-code.ts";
import { OTP_TTL_MS } from "../one-time-codes/one-time-code.ts";
import type { SecondFactorRequired, SignInFailure } from "../sign-in-outcome.ts";
import type { SecondFactorStore } from "./store.ts";

export type StartSecondFactorDeps = {
  readonly secrets: SecretRing;
  readonly clock: Clock;
  readonly logins: Pick<SecondFactorStore, "createChallenge">;
  readonly messages: Outbox;
};

/** Mails a code. The result holds only the id of the challenge, and no token (ASVS 2.3.1). */
export async function startSecondFactor(
  deps: StartSecondFactorDeps,
  firstFactor: FirstFactorResult,
): Promise<Result<SecondFactorRequired, SignInFailure>> {
  const { grant, device } = firstFactor;
  const now = deps.clock.now();
  const expiresAt = now + OTP_TTL_MS;
  const id = newId();
  const { code, codeHash } = await newCode(deps, id);
  const mail = await deps.messages.draft({ kind: "login_code", code }, { expiresAt });
  const outcome = await deps.logins.createChallenge({
    grant,
    mail,
    challenge: {
      id,
      purpose: "login",
      phone: null,
      amr: amrOf(grant),
      codeHash,
      lockoutKey: grant.lockoutKey,
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
