import { newAuditEvent } from "../../../admin/audit-log/audit-event.ts";
import type { Caller } from "../../../core/caller.ts";
import { type Clock, DAY } from "../../../core/clock.ts";
import type { SecretRing } from "../../../core/crypto/secret-ring.ts";
import { err, ok, type Result } from "../../../core/result.ts";
import type { Outbox } from "../../../messaging/outbox/outbox-port.ts";
import type { CurrentSession } from "../../../sessions/session.ts";
import { type EnrolmentRefusal, enrolmentRefusal } from "../enrolment-rules.ts";
import { MAX_AUTHENTICATORS } from "../factor.ts";
import type { FactorEnroller } from "../factor-enrolment.ts";
import type { SecondFactorSettings } from "../policy.ts";
import { openEnrolment } from "./enrolment-token.ts";
import { matchingTimeStep } from "./totp.ts";
import { sealTotpSecret } from "./totp-secret.ts";

export type VerifyTotpEnrolmentDeps = {
  readonly clock: Clock;
  readonly secrets: SecretRing;
  readonly settings: { readonly secondFactor: SecondFactorSettings };
  readonly factors: FactorEnroller;
  readonly messages: Outbox;
};

type Input = {
  readonly session: CurrentSession;
  readonly enrolmentToken: string;
  readonly code: string;
  /** The user's name for the authenticator. */
  readonly label: string | null;
  readonly caller: Caller;
};

export type VerifyTotpEnrolmentFailure = {
  readonly reason: EnrolmentRefusal | "token_invalid" | "code_incorrect" | "too_many_factors";
};

/** The id of the new factor. `isFirst`: it is the first second factor of the account. */
export type EnrolledFactor = { readonly id: string; readonly isFirst: boolean };

/**
 * Stores the authenticator of an enrolment after one correct code, which no sign-in accepts afterwards. Guessing the code
 * gains nothing, since the caller got the secret: a wrong one counts for no lockout.
 */
export async function verifyTotpEnrolment(
  deps: VerifyTotpEnrolmentDeps,
  { session, enrolmentToken, code, label, caller }: Input,
): Promise<Result<EnrolledFactor, VerifyTotpEnrolmentFailure>> {
  const { account } = session;
  const now = deps.clock.now();
  const settings = deps.settings.secondFactor;
  const refusal = enrolmentRefusal({ session, kind: "totp", settings, now });
  if (refusal) return err({ reason: refusal });
  const enrolment = await openEnrolment(deps, session, enrolmentToken);
  if (!enrolment) return err({ reason: "token_invalid" });
  const { factorId, secret } = enrolment;
  const lastStep = matchingTimeStep(secret, { code, lastStep: null, now });
  if (lastStep === null) return err({ reason: "code_incorrect" });
  const notice = await deps.messages.create({ kind: "authenticator_added" }, { expiresAt: now + DAY });
  const event = { type: "factor_added", details: { factorId, factor: "totp" } } as const;
  const outcome = await deps.factors.enrol({
    session,
    factor: {
      id: factorId,
      kind: "totp",
      label,
      secret: await sealTotpSecret(deps.secrets, { accountId: account.id, factorId }, secret),
      lastStep,
    },
    max: MAX_AUTHENTICATORS,
    proves: ["otp"],
    notice,
    audit: newAuditEvent(deps, event, caller, account.id),
    now,
  });
  if (outcome.kind === "used_already") return err({ reason: "token_invalid" });
  if (outcome.kind !== "enrolled") return err({ reason: outcome.kind });
  deps.messages.deliverSoon([notice.id]);
  return ok({ id: factorId, isFirst: outcome.isFirst });
}
