import { type Clock, HOUR, SECOND } from "../../core/clock.ts";
import { newId } from "../../core/ids.ts";
import { err, ok, type Result } from "../../core/result.ts";
import type { Outbox } from "../../messaging/outbox/outbox-port.ts";
import { amrOf } from "../factors.ts";
import type { FirstFactorResult } from "../first-factor-result.ts";
import { secondsUntil } from "../lockout/rules.ts";
import { OTP_TTL_MS } from "../one-time-codes/one-time-code.ts";
import type { SecondFactorRequired, SignInFailure } from "../sign-in-outcome.ts";
import type { FactorOffer } from "./rules.ts";
import type { SecondFactor, SecondFactorDeps } from "./second-factor.ts";
import type { SecondFactorStore } from "./store.ts";

export type StartSecondFactorDeps = SecondFactorDeps & {
  readonly clock: Clock;
  readonly secondFactors: readonly SecondFactor[];
  readonly secondFactorChallenges: Pick<SecondFactorStore, "createChallenge">;
  readonly messages: Outbox;
};

/** Creates a challenge of the default factor, which any offered factor may answer. The result has its id and no token (ASVS 2.3.1). */
export async function startSecondFactor(
  deps: StartSecondFactorDeps,
  firstFactor: FirstFactorResult,
  { factors, defaultFactor, phone }: FactorOffer & { readonly phone: string | null },
): Promise<Result<SecondFactorRequired, SignInFailure>> {
  const { grant, device } = firstFactor;
  const factor = deps.secondFactors.find(({ kind }) => kind === defaultFactor);
  if (!factor) throw new Error("The rules offer a factor that this release does not have.");
  const now = deps.clock.now();
  const expiresAt = now + OTP_TTL_MS;
  const id = newId();
  const { codeHash, mail } = await factor.begin(deps, { id, expiresAt, phone });
  const outcome = await deps.secondFactorChallenges.createChallenge({
    grant,
    mail,
    challenge: {
      id,
      purpose: "login",
      phone: null,
      amr: amrOf(grant).join(" "),
      factorKind: factor.kind,
      codeHash,
      lockoutKey: grant.lockoutKey,
      newDevice: !device?.hasSignedIn,
      deviceId: device?.isListed ? device.deviceId : null,
      isPersistent: firstFactor.isPersistent ?? true,
      createdAt: now,
      expiresAt,
    },
  });
  if (outcome.kind === "changed_meanwhile") return err({ reason: "changed_meanwhile" });
  if (outcome.kind === "send_cap") return err({ reason: "send_cap", retryAfter: HOUR / SECOND });
  if (outcome.kind === "locked" || outcome.kind === "rate_limited") {
    return err({ reason: outcome.kind, retryAfter: secondsUntil(outcome.until, now) });
  }
  if (mail) deps.messages.deliverSoon([mail.id]);
  return ok({
    kind: "second_factor_required",
    challengeId: id,
    expiresIn: OTP_TTL_MS / SECOND,
    factors,
    defaultFactor,
    prompt: factor.prompt,
  });
}
