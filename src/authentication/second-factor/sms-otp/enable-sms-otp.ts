import { isAllowedCountry, type TextSettings } from "../../../accounts/phone/rules.ts";
import { newAuditEvent } from "../../../admin/audit-log/audit-event.ts";
import type { Caller } from "../../../core/caller.ts";
import { type Clock, DAY } from "../../../core/clock.ts";
import { newId } from "../../../core/ids.ts";
import { err, ok, type Result } from "../../../core/result.ts";
import type { Outbox } from "../../../messaging/outbox/outbox-port.ts";
import type { CurrentSession } from "../../../sessions/session.ts";
import { allowedKinds, mayEnrol } from "../enrolment-rules.ts";
import type { SecondFactorSettings } from "../policy.ts";
import type { SmsOtpStore } from "./store.ts";

export type EnableSmsOtpDeps = {
  readonly clock: Clock;
  readonly smsOtpFactors: SmsOtpStore;
  readonly messages: Outbox;
  readonly settings: TextSettings & { readonly secondFactor: SecondFactorSettings };
};

/** `texts_off`: this deployment does not allow the factor, or no second factor for this role. `phone_missing`: the account has no verified number. */
export type EnableSmsOtpFailure = {
  readonly reason: "texts_off" | "phone_missing" | "reauthentication_required";
};

/** Enables the texted code as a second factor. Enabled already: no change. */
export async function enableSmsOtp(
  deps: EnableSmsOtpDeps,
  { session, caller }: { readonly session: CurrentSession; readonly caller: Caller },
): Promise<Result<void, EnableSmsOtpFailure>> {
  const { settings } = deps;
  if (!allowedKinds(settings.secondFactor, session).includes("sms_otp")) return err({ reason: "texts_off" });
  const now = deps.clock.now();
  if (!mayEnrol(session, now)) return err({ reason: "reauthentication_required" });
  const { id, phone, phoneVerifiedAt } = session.account;
  if (phone === null || phoneVerifiedAt === null || !isAllowedCountry(settings, phone)) {
    return err({ reason: "phone_missing" });
  }
  const notice = await deps.messages.create({ kind: "sms_otp_enabled" }, { expiresAt: now + DAY });
  const event = { type: "second_factor_changed", details: { enabled: true } } as const;
  const outcome = await deps.smsOtpFactors.enable({
    session,
    factorId: newId(),
    phone,
    notice,
    audit: newAuditEvent(deps, event, caller, id),
    now,
  });
  if (outcome === "refused") return err({ reason: "reauthentication_required" });
  if (outcome === "changed") deps.messages.deliverSoon([notice.id]);
  return ok(undefined);
}
