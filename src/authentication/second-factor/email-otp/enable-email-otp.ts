import { newAuditEvent } from "../../../admin/audit-log/audit-event.ts";
import type { Caller } from "../../../core/caller.ts";
import { type Clock, DAY } from "../../../core/clock.ts";
import { newId } from "../../../core/ids.ts";
import { err, ok, type Result } from "../../../core/result.ts";
import type { Outbox } from "../../../messaging/outbox/outbox-port.ts";
import type { CurrentSession } from "../../../sessions/session.ts";
import { type EnrolmentRefusal, enrolmentRefusal } from "../enrolment-rules.ts";
import type { FactorEnroller } from "../factor-enrolment.ts";
import type { SecondFactorSettings } from "../policy.ts";

export type EnableEmailOtpDeps = {
  readonly clock: Clock;
  readonly settings: { readonly secondFactor: SecondFactorSettings };
  readonly factors: FactorEnroller;
  readonly messages: Outbox;
};

export type EnableEmailOtpFailure = { readonly reason: EnrolmentRefusal };

/** Makes the mailed code a second factor. Nothing changes if it is one already. */
export async function enableEmailOtp(
  deps: EnableEmailOtpDeps,
  { session, caller }: { readonly session: CurrentSession; readonly caller: Caller },
): Promise<Result<void, EnableEmailOtpFailure>> {
  const now = deps.clock.now();
  const settings = deps.settings.secondFactor;
  const refusal = enrolmentRefusal({ session, kind: "email_otp", settings, now });
  if (refusal) return err({ reason: refusal });
  const factorId = newId();
  const event = { type: "factor_added", details: { factorId, factor: "email_otp" } } as const;
  const notice = await deps.messages.create({ kind: "second_factor_enabled" }, { expiresAt: now + DAY });
  const outcome = await deps.factors.enrol({
    session,
    factor: { id: factorId, kind: "email_otp" },
    max: 1,
    proves: [],
    notice,
    audit: newAuditEvent(deps, event, caller, session.account.id),
    now,
  });
  if (outcome.kind === "reauthentication_required") return err({ reason: outcome.kind });
  if (outcome.kind === "enrolled") deps.messages.deliverSoon([notice.id]);
  return ok(undefined);
}
